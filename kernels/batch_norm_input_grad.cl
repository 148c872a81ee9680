// Gradient of batch normalisation's input at inference: g * weight / sqrt(variance + eps).
// grad (N, C, inner), running_var (C), weight (C) or NULL (then 1) -> output (N, C, inner), where
// inner is H*W, or 1 for features (N, C). Global size (inner, C, N): one work-item, one element.

#include "common.h"

__kernel void batch_norm_input_grad(__global const float *grad, __global const float *running_var,
                                    __global const float *weight, __global float *output, float eps)
{
    const int c = get_global_id(1), i = output_index();
    output[i] = grad[i] * ((weight ? weight[c] : 1.0f) / sqrt(running_var[c] + eps));
}
