// Batch normalisation in training: weight * (x - mean) / sqrt(variance + eps) + bias, with the mean
// and the biased variance of x's channel over all images and places.
// input (N, C, inner), weight, bias (C) or NULL (then 1, 0) -> output (N, C, inner), where inner is
// H*W, or 1 for features (N, C). Global size (C): one work-item computes one channel, in three passes.

#include "common.h"
#include "batch_statistics.h"

__kernel void batch_norm_train(__global const float *input, __global const float *weight,
                               __global const float *bias, __global float *output, int N, int inner,
                               float eps)
{
    const int c = get_global_id(0), C = get_global_size(0);
    const float mean = channel_mean(input, c, N, C, inner);
    const float variance = channel_squares(input, mean, c, N, C, inner) / (N * inner);
    const float scale = (weight ? weight[c] : 1.0f) / sqrt(variance + eps);
    const float shift = bias ? bias[c] : 0.0f;

    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const int i = (n * C + c) * inner + k;
            output[i] = (input[i] - mean) * scale + shift;
        }
}
