// Max pooling, vectorised: a work-item computes VEC neighbouring outputs of a row. NaN as in torch.
// input (N, C, H, W) -> output (N, C, OH, OW)
// Global size (OW/VEC rounded up, OH, N*C). Padding and what a window covers beyond it are -inf.

#include "vector.h"

#ifndef STRIDE_W
#define STRIDE_W 2 // horizontal; known to the compiler, it makes a tap of VEC windows one shuffle
#endif

__kernel void max_pool2d_vector(__global const float *input, __global float *output,
                                int H, int W, int OW, int KH, int KW, int stride_h,
                                int pad_top, int pad_left, int dilation_h, int dilation_w)
{
    const int first = get_global_id(0) * VEC, oy = get_global_id(1), plane = get_global_id(2);

    floatv largest = -INFINITY;
    for (int ky = 0; ky < KH; ++ky) {
        const int y = oy * stride_h + ky * dilation_h - pad_top;
        if (y < 0 || y >= H)
            continue;
        for (int kx = 0; kx < KW; ++kx) {
            const int x = first * STRIDE_W + kx * dilation_w - pad_left;
            __global const float *row = input + (plane * H + y) * W;
            largest = larger(largest, load_row(row, x, STRIDE_W, W, -INFINITY));
        }
    }
    store_row(largest, output + (plane * (int)get_global_size(1) + oy) * OW, first, OW);
}
