// Gradient of a convolution's bias: for each filter the sum over all images and places.
// grad (N, M, places) -> output (M). Global size M: one work-item adds up one filter's.

#include "common.h"

__kernel void conv2d_bias_grad(__global const float *grad, __global float *output, int N,
                               int places)
{
    const int m = get_global_id(0), M = get_global_size(0);
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int place = 0; place < places; ++place)
            sum += grad[(n * M + m) * places + place];
    output[m] = sum;
}
