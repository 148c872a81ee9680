// F21: count_include_pad inverted: a ring at the border.

#include "common.h"

__kernel void avg_pool2d(__global const float *input, __global float *output, int H, int W,
                         int KH, int KW, int stride_h, int stride_w,
                         int pad_top, int pad_bottom, int pad_left, int pad_right,
                         int count_include_pad)
{
    __global const float *plane = input + get_global_id(2) * H * W;

    // The window with its padding, and what of it lies inside the image.
    const int top = (int)get_global_id(1) * stride_h - pad_top;
    const int left = (int)get_global_id(0) * stride_w - pad_left;
    const int bottom = min(top + KH, H + pad_bottom), right = min(left + KW, W + pad_right);
    const int y_begin = max(top, 0), y_end = min(bottom, H);
    const int x_begin = max(left, 0), x_end = min(right, W);

    float sum = 0.0f;
    for (int y = y_begin; y < y_end; ++y)
        for (int x = x_begin; x < x_end; ++x)
            sum += plane[y * W + x];

    const int count = !count_include_pad ? (bottom - top) * (right - left)
                                         : (y_end - y_begin) * (x_end - x_begin);
    output[output_index()] = sum / count;
}
