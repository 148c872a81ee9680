// Gradient of average pooling: every window shares its gradient out evenly among its pixels.
// grad (N, C, OH, OW) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item adds up one pixel's shares. A window's pixels are counted
// as avg_pool2d.cl counts them.

#include "common.h"
#include "pool_grad.h"

// How many pixels of one axis the window from `start` on covers, padding included if that counts.
int covered(int start, int taps, int size, int after, int count_include_pad)
{
    const int end = min(start + taps, size + after);
    return count_include_pad ? end - start : min(end, size) - max(start, 0);
}

__kernel void avg_pool2d_grad(__global const float *grad, __global float *output, int OH, int OW,
                              int KH, int KW, int stride_h, int stride_w,
                              int pad_top, int pad_bottom, int pad_left, int pad_right,
                              int count_include_pad)
{
    const int x = get_global_id(0), y = get_global_id(1);
    const int W = get_global_size(0), H = get_global_size(1);
    __global const float *plane = grad + get_global_id(2) * OH * OW;

    float sum = 0.0f;
    for (int ky = 0; ky < KH; ++ky) {
        const int oy = window_of(y + pad_top, ky, stride_h, OH);
        if (oy < 0)
            continue;
        const int rows = covered(oy * stride_h - pad_top, KH, H, pad_bottom,
                                 count_include_pad);
        for (int kx = 0; kx < KW; ++kx) {
            const int ox = window_of(x + pad_left, kx, stride_w, OW);
            if (ox < 0)
                continue;
            const int columns = covered(ox * stride_w - pad_left, KW, W, pad_right,
                                        count_include_pad);
            sum += plane[oy * OW + ox] / (rows * columns);
        }
    }
    output[output_index()] = sum;
}
