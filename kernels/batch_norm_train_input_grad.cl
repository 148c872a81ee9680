// Gradient of batch normalisation's input in training: weight * s * (g - mean(g) - xh * mean(g * xh)),
// xh = (x - mean) * s, s = 1 / sqrt(variance + eps), with the channel's own mean and biased variance.
// grad, input (N, C, inner), weight (C) or NULL (then 1) -> output (N, C, inner), where inner is H*W,
// or 1 for features (N, C). Global size (C): one work-item computes one channel.

#include "common.h"
#include "batch_statistics.h"

__kernel void batch_norm_train_input_grad(__global const float *grad, __global const float *input,
                                          __global const float *weight, __global float *output,
                                          int N, int inner, float eps)
{
    const int c = get_global_id(0), C = get_global_size(0);
    const float mean = channel_mean(input, c, N, C, inner);
    const float variance = channel_squares(input, mean, c, N, C, inner) / (N * inner);
    const float inverse = 1.0f / sqrt(variance + eps);

    float sum = 0.0f, product = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const int i = (n * C + c) * inner + k;
            sum += grad[i];
            product += grad[i] * (input[i] - mean);
        }
    const float average = sum / (N * inner);
    const float slope = product / (N * inner) * inverse * inverse;
    const float scale = (weight ? weight[c] : 1.0f) * inverse;

    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const int i = (n * C + c) * inner + k;
            output[i] = scale * (grad[i] - average - (input[i] - mean) * slope);
        }
}
