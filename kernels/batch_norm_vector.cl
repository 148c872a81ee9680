// Batch normalisation at inference, vectorised: (x - mean) * weight / sqrt(variance + eps) + bias.
// input (N, C, inner), running_mean, running_var (C), weight, bias (C) or NULL (then 1 and 0)
// -> output (N, C, inner), where inner is H*W.
// Global size (inner/VEC rounded up, C, N): one work-item computes VEC elements of one channel, for
// one square root and one division.

#include "vector.h"

__kernel void batch_norm_vector(__global const float *input, __global const float *running_mean,
                                __global const float *running_var, __global const float *weight,
                                __global const float *bias, __global float *output,
                                int inner, float eps)
{
    const int c = get_global_id(1), first = get_global_id(0) * VEC;
    const int start = (get_global_id(2) * get_global_size(1) + c) * inner;
    const float scale = (weight ? weight[c] : 1.0f) / sqrt(running_var[c] + eps);
    const floatv values = load_row(input + start, first, 1, inner, 0.0f);
    // Not folded into x * scale + shift, which cancels where x is near the mean.
    const floatv result = (values - running_mean[c]) * scale + (bias ? bias[c] : 0.0f);
    store_row(result, output + start, first, inner);
}
