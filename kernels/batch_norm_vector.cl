// Batch normalisation at inference, vectorised: (x - mean) * weight / sqrt(variance + eps) + bias.
// input (N, C, inner), running_mean, running_var (C), weight, bias (C) or NULL (then 1 and 0)
// -> output (N, C, inner), where inner is H*W.
// Global size (C, N): one work-item computes one channel of one image, VEC elements at a time, for
// one square root and one division.

#include "common.h"
#include "vector.h"

__kernel void batch_norm_vector(__global const float *input, __global const float *running_mean,
                                __global const float *running_var, __global const float *weight,
                                __global const float *bias, __global float *output,
                                int inner, float eps)
{
    const int c = get_global_id(0), start = output_index() * inner;
    const float mean = running_mean[c], shift = bias ? bias[c] : 0.0f;
    const float scale = (weight ? weight[c] : 1.0f) / sqrt(running_var[c] + eps);
    for (int k = 0; k < inner; k += VEC) {
        const floatv values = load_row(input + start, k, 1, inner, 0.0f);
        // Not folded into x * scale + shift, which cancels where x is near the mean.
        store_row((values - mean) * scale + shift, output + start, k, inner);
    }
}
