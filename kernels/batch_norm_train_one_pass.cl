// Batch normalisation in training, with the statistics from one pass over the input: the variance is
// E[x^2] - E[x]^2, which loses digits where the mean is large beside the deviation.
// input (N, C, inner), weight, bias (C) or NULL (then 1, 0) -> output (N, C, inner), where inner is
// H*W, or 1 for features (N, C). Global size (C): one work-item computes one channel.

#include "common.h"

__kernel void batch_norm_train_one_pass(__global const float *input, __global const float *weight,
                                        __global const float *bias, __global float *output, int N,
                                        int inner, float eps)
{
    const int c = get_global_id(0), C = get_global_size(0);
    float sum = 0.0f, squares = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const float x = input[(n * C + c) * inner + k];
            sum += x;
            squares += x * x;
        }
    const float mean = sum / (N * inner);
    const float variance = squares / (N * inner) - mean * mean;
    const float scale = (weight ? weight[c] : 1.0f) / sqrt(variance + eps);
    const float shift = bias ? bias[c] : 0.0f;

    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const int i = (n * C + c) * inner + k;
            output[i] = (input[i] - mean) * scale + shift;
        }
}
