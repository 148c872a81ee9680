// Gradient of max pooling: every window gives its gradient to the pixel that wins it.
// grad (N, C, OH, OW), input (N, C, H, W) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item adds up what one pixel wins, and for that looks at every
// window that sees it.

#include "common.h"
#include "pool_grad.h"

__kernel void max_pool2d_grad(__global const float *grad, __global const float *input,
                              __global float *output, int OH, int OW, int KH, int KW,
                              int stride_h, int stride_w, int pad_top, int pad_left,
                              int dilation_h, int dilation_w)
{
    const int x = get_global_id(0), y = get_global_id(1);
    const int W = get_global_size(0), H = get_global_size(1);
    __global const float *plane = input + get_global_id(2) * H * W;
    __global const float *shares = grad + get_global_id(2) * OH * OW;

    float sum = 0.0f;
    for (int ky = 0; ky < KH; ++ky) {
        const int oy = window_of(y + pad_top, ky * dilation_h, stride_h, OH);
        if (oy < 0)
            continue;
        for (int kx = 0; kx < KW; ++kx) {
            const int ox = window_of(x + pad_left, kx * dilation_w, stride_w, OW);
            if (ox < 0)
                continue;
            const int top = oy * stride_h - pad_top, left = ox * stride_w - pad_left;
            if (winner(plane, top, left, H, W, KH, KW, dilation_h, dilation_w) == y * W + x)
                sum += shares[oy * OW + ox];
        }
    }
    output[output_index()] = sum;
}
