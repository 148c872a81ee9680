// Max pooling in blocks of channels, NCHW16c to NCHW16c (or 8c). NaN as in torch.
// input (N, blocks of C, H, W, VEC) -> output (N, blocks of C, OH, OW, VEC)
// Global size (OW, OH, N * blocks): one work-item computes the outputs of one block's channels at
// one place. Padding and what a window covers beyond it are -inf.

#include "vector.h"

__kernel void max_pool2d_blocks(__global const float *input, __global float *output, int H, int W,
                                int KH, int KW, int stride_h, int stride_w, int pad_top,
                                int pad_left, int dilation_h, int dilation_w)
{
    const int ox = get_global_id(0), oy = get_global_id(1), plane = get_global_id(2);
    const int OW = get_global_size(0), OH = get_global_size(1);

    floatv largest = -INFINITY;
    for (int ky = 0; ky < KH; ++ky)
        for (int kx = 0; kx < KW; ++kx) {
            const int y = oy * stride_h + ky * dilation_h - pad_top;
            const int x = ox * stride_w + kx * dilation_w - pad_left;
            if (y >= 0 && y < H && x >= 0 && x < W)
                largest = larger(largest, vloadv((plane * H + y) * W + x, input));
        }
    vstorev(largest, (plane * OH + oy) * OW + ox, output);
}
