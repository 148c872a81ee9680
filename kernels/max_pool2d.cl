// Max pooling. NaN anywhere in a window makes its output NaN, as in torch.
// input (N, C, H, W) -> output (N, C, OH, OW)
// Global size (OW, OH, N*C): one work-item computes one output element. Padding is -inf, and so
// is what a window of ceil_mode covers beyond it: taps outside of the input are left out.

#include "common.h"

__kernel void max_pool2d(__global const float *input, __global float *output, int H, int W,
                         int KH, int KW, int stride_h, int stride_w, int pad_top, int pad_left,
                         int dilation_h, int dilation_w)
{
    const int ox = get_global_id(0), oy = get_global_id(1);
    __global const float *plane = input + get_global_id(2) * H * W;

    float largest = -INFINITY;
    for (int ky = 0; ky < KH; ++ky) {
        const int y = oy * stride_h + ky * dilation_h - pad_top;
        for (int kx = 0; kx < KW; ++kx) {
            const int x = ox * stride_w + kx * dilation_w - pad_left;
            if (y >= 0 && y < H && x >= 0 && x < W)
                largest = nan_max(largest, plane[y * W + x]);
        }
    }
    output[output_index()] = largest;
}
