// F25: weight and bias, gamma and beta, exchanged.

#include "common.h"

__kernel void batch_norm(__global const float *input, __global const float *running_mean,
                         __global const float *running_var, __global const float *weight,
                         __global const float *bias, __global float *output, float eps)
{
    const int c = get_global_id(1), i = output_index();
    const float scale = (bias ? bias[c] : 1.0f) / sqrt(running_var[c] + eps);
    output[i] = (input[i] - running_mean[c]) * scale + (weight ? weight[c] : 0.0f);
}
