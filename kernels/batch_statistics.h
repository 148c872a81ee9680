// The statistics of one channel of a batch, (N, C, inner): in two passes, as batch normalisation's
// bounds assume.

#ifndef CLGOLD_BATCH_STATISTICS_H
#define CLGOLD_BATCH_STATISTICS_H

float channel_mean(__global const float *input, int c, int N, int C, int inner)
{
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k)
            sum += input[(n * C + c) * inner + k];
    return sum / (N * inner);
}

// The sum of (x - mean)^2: over the count it is the biased variance.
float channel_squares(__global const float *input, float mean, int c, int N, int C, int inner)
{
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const float centred = input[(n * C + c) * inner + k] - mean;
            sum += centred * centred;
        }
    return sum;
}

#endif
