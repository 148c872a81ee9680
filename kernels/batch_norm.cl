// Batch normalisation at inference: (x - mean) * weight / sqrt(variance + eps) + bias.
// input (N, C, inner), running_mean, running_var (C), weight, bias (C) or NULL (then 1 and 0)
// -> output (N, C, inner), where inner is H*W, or 1 for features (N, C).
// Global size (inner, C, N): one work-item computes one output element.

#include "common.h"

__kernel void batch_norm(__global const float *input, __global const float *running_mean,
                         __global const float *running_var, __global const float *weight,
                         __global const float *bias, __global float *output, float eps)
{
    const int c = get_global_id(1), i = output_index();
    const float scale = (weight ? weight[c] : 1.0f) / sqrt(running_var[c] + eps);
    // Not folded into x * scale + shift, which cancels where x is near the mean.
    output[i] = (input[i] - running_mean[c]) * scale + (bias ? bias[c] : 0.0f);
}
