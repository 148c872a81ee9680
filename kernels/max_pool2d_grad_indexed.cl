// Gradient of max pooling in two steps: which pixel wins each window, then what each pixel wins.

#include "common.h"
#include "pool_grad.h"

// input (N, C, H, W) -> winners (N, C, OH, OW): places y * W + x; -1 where a window sees no pixel.
// Global size (OW, OH, N*C): one work-item looks at one window.
__kernel void max_pool2d_winners(__global const float *input, __global int *winners, int H, int W,
                                 int KH, int KW, int stride_h, int stride_w, int pad_top,
                                 int pad_left, int dilation_h, int dilation_w)
{
    const int top = (int)get_global_id(1) * stride_h - pad_top;
    const int left = (int)get_global_id(0) * stride_w - pad_left;
    __global const float *plane = input + get_global_id(2) * H * W;
    winners[output_index()] = winner(plane, top, left, H, W, KH, KW, dilation_h, dilation_w);
}

// grad, winners (N, C, OH, OW) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item adds up what one pixel wins.
__kernel void max_pool2d_grad_indexed(__global const float *grad, __global const int *winners,
                                      __global float *output, int OH, int OW, int KH, int KW,
                                      int stride_h, int stride_w, int pad_top, int pad_left,
                                      int dilation_h, int dilation_w)
{
    const int x = get_global_id(0), y = get_global_id(1), place = y * get_global_size(0) + x;
    const int first = get_global_id(2) * OH * OW;

    float sum = 0.0f;
    for (int ky = 0; ky < KH; ++ky) {
        const int oy = window_of(y + pad_top, ky * dilation_h, stride_h, OH);
        for (int kx = 0; kx < KW; ++kx) {
            const int ox = window_of(x + pad_left, kx * dilation_w, stride_w, OW);
            if (oy >= 0 && ox >= 0 && winners[first + oy * OW + ox] == place)
                sum += grad[first + oy * OW + ox];
        }
    }
    output[output_index()] = sum;
}
