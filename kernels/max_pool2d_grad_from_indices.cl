// Gradient of max pooling from the places of the maxima: every window gives its gradient to the pixel
// that its index, y * W + x, names.
// grad, indices (N, C, OH, OW) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item adds up what one pixel gets, and for that looks at every
// window of its plane, whose sizes and steps it does not know.

#include "common.h"

__kernel void max_pool2d_grad_from_indices(__global const float *grad,
                                           __global const float *indices,
                                           __global float *output, int OH, int OW)
{
    const int first = get_global_id(2) * OH * OW;
    const float place = get_global_id(1) * get_global_size(0) + get_global_id(0);

    float sum = 0.0f;
    for (int k = first; k < first + OH * OW; ++k)
        if (indices[k] == place)
            sum += grad[k];
    output[output_index()] = sum;
}
