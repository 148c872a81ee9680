// F20: the maximum starts at 0 instead of -infinity: 0 where the whole window is negative.

#include "common.h"

__kernel void max_pool2d(__global const float *input, __global float *output, int H, int W,
                         int KH, int KW, int stride_h, int stride_w, int pad_top, int pad_left,
                         int dilation_h, int dilation_w)
{
    __global const float *plane = input + get_global_id(2) * H * W;
    float largest = 0.0f;
    for (int ky = 0; ky < KH; ++ky)
        for (int kx = 0; kx < KW; ++kx) {
            const int y = (int)get_global_id(1) * stride_h + ky * dilation_h - pad_top;
            const int x = (int)get_global_id(0) * stride_w + kx * dilation_w - pad_left;
            if (y >= 0 && y < H && x >= 0 && x < W)
                largest = nan_max(largest, plane[y * W + x]);
        }
    output[output_index()] = largest;
}
