// F22: the root forgotten: the power sum itself. Right for p = 1.

#include "common.h"

__kernel void lp_pool2d(__global const float *input, __global float *output, int H, int W,
                        int KH, int KW, int stride_h, int stride_w, float p, float inverse_p)
{
    __global const float *plane = input + get_global_id(2) * H * W;
    const int top = get_global_id(1) * stride_h, bottom = min(top + KH, H);
    const int left = get_global_id(0) * stride_w, right = min(left + KW, W);

    float sum = 0.0f;
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x)
            sum += pow(plane[y * W + x], p);
    output[output_index()] = sum * (KH * KW) / ((bottom - top) * (right - left));
}
