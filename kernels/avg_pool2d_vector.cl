// Average pooling, vectorised: a work-item computes VEC neighbouring outputs of a row.
// input (N, C, H, W) -> output (N, C, OH, OW)
// Global size (OW/VEC rounded up, OH, N*C). Padding is 0 and counts if count_include_pad; what a
// window of ceil_mode covers beyond the padding never counts.

#include "vector.h"

#ifndef STRIDE_W
#define STRIDE_W 2 // horizontal; known to the compiler, it makes a tap of VEC windows one shuffle
#endif

__kernel void avg_pool2d_vector(__global const float *input, __global float *output,
                                int H, int W, int OW, int KH, int KW, int stride_h,
                                int pad_top, int pad_bottom, int pad_left, int pad_right,
                                int count_include_pad)
{
    const int first = get_global_id(0) * VEC, oy = get_global_id(1), plane = get_global_id(2);
    const int top = oy * stride_h - pad_top, bottom = min(top + KH, H + pad_bottom);
    const int y_begin = max(top, 0), y_end = min(bottom, H);

    floatv sum = 0.0f;
    for (int y = y_begin; y < y_end; ++y)
        for (int kx = 0; kx < KW; ++kx)
            sum += load_row(input + (plane * H + y) * W, first * STRIDE_W + kx - pad_left,
                            STRIDE_W, W, 0.0f);

    float counts[VEC]; // pixels of each window; outputs beyond the row have any number
    const int rows = count_include_pad ? bottom - top : y_end - y_begin;
    for (int lane = 0; lane < VEC; ++lane) {
        const int left = (first + lane) * STRIDE_W - pad_left;
        const int right = min(left + KW, W + pad_right);
        counts[lane] = rows * (count_include_pad ? right - left : min(right, W) - max(left, 0));
    }
    store_row(sum / vloadv(0, counts), output + (plane * (int)get_global_size(1) + oy) * OW,
              first, OW);
}
