// Power-average pooling: (sum of x^p over a window)^(1/p), of x, not |x|, as in torch: the root of
// a negative sum is NaN, except for p = 1. inverse_p is 1/p.
// input (N, C, H, W) -> output (N, C, OH, OW)
// Global size (OW, OH, N*C): one work-item computes one output element. The sum over a window of
// ceil_mode that overhangs the image is scaled up to a whole window.

#include "common.h"

float raised(float x, float p)
{
    return p == 1.0f ? x : p == 2.0f ? x * x : pow(x, p);
}

float root(float x, float p, float inverse_p)
{
    return p == 1.0f ? x : p == 2.0f ? sqrt(x) : pow(x, inverse_p);
}

__kernel void lp_pool2d(__global const float *input, __global float *output, int H, int W,
                        int KH, int KW, int stride_h, int stride_w, float p, float inverse_p)
{
    __global const float *plane = input + get_global_id(2) * H * W;
    const int top = get_global_id(1) * stride_h, bottom = min(top + KH, H);
    const int left = get_global_id(0) * stride_w, right = min(left + KW, W);

    float sum = 0.0f;
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x)
            sum += raised(plane[y * W + x], p);

    const float scale = (float)(KH * KW) / ((bottom - top) * (right - left));
    output[output_index()] = root(sum * scale, p, inverse_p);
}
