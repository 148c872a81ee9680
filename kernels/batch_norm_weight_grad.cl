// Gradient of batch normalisation's weight: the sum of g * (x - mean), over sqrt(variance + eps).
// grad, input (N, C, inner), running_mean, running_var (C) -> output (C), where inner is H*W, or 1
// for features (N, C). Global size (C): one work-item adds up one channel.

#include "common.h"

__kernel void batch_norm_weight_grad(__global const float *grad, __global const float *input,
                                     __global const float *running_mean,
                                     __global const float *running_var, __global float *output,
                                     int N, int inner, float eps)
{
    const int c = get_global_id(0), C = get_global_size(0);
    const float mean = running_mean[c];

    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k) {
            const int i = (n * C + c) * inner + k;
            sum += grad[i] * (input[i] - mean);
        }
    output[c] = sum / sqrt(running_var[c] + eps);
}
