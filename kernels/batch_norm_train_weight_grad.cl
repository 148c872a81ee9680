// Gradient of batch normalisation's weight in training: the sum of g * (x - mean), over
// sqrt(variance + eps), with the channel's own mean and biased variance.
// grad, input (N, C, inner) -> output (C), where inner is H*W, or 1 for features (N, C).
// Global size (C): one work-item adds up one channel.

#include "common.h"
#include "batch_statistics.h"

__kernel void batch_norm_train_weight_grad(__global const float *grad,
                                           __global const float *input, __global float *output,
                                           int N, int inner, float eps)
{
    const int c = get_global_id(0), C = get_global_size(0);
    const float mean = channel_mean(input, c, N, C, inner);
    const float variance = channel_squares(input, mean, c, N, C, inner) / (N * inner);

    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const int i = (n * C + c) * inner + k;
            sum += grad[i] * (input[i] - mean);
        }
    output[c] = sum / sqrt(variance + eps);
}
