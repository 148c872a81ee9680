// Gradient of batch normalisation's bias: the sum of g over the images and places of a channel.
// grad (N, C, inner) -> output (C), where inner is H*W, or 1 for features (N, C).
// Global size (C): one work-item adds up one channel.

#include "common.h"

__kernel void batch_norm_bias_grad(__global const float *grad, __global float *output, int N,
                                   int inner)
{
    const int c = get_global_id(0), C = get_global_size(0);

    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int k = 0; k < inner; ++k)
            sum += grad[(n * C + c) * inner + k];
    output[c] = sum;
}
