// F15: the weights read in the order (C, M, KH, KW) instead of (M, C, KH, KW).
// Shows where both C/groups and M exceed 1, unless the filters happen to be symmetric in them.

#include "common.h"

__kernel void conv2d(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output,
                     int C, int H, int W, int M, int KH, int KW,
                     int stride_h, int stride_w, int pad_top, int pad_left,
                     int dilation_h, int dilation_w, int groups)
{
    const int z = get_global_id(2), n = z / M, m = z - n * M;
    const int oy = get_global_id(1), ox = get_global_id(0);
    const int depth = C / groups, first = m / (M / groups) * depth;

    float sum = bias ? bias[m] : 0.0f;
    for (int c = 0; c < depth; ++c)
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx) {
                const int y = oy * stride_h + ky * dilation_h - pad_top;
                const int x = ox * stride_w + kx * dilation_w - pad_left;
                if (y >= 0 && y < H && x >= 0 && x < W)
                    sum += input[((n * C + first + c) * H + y) * W + x]
                         * weight[((c * M + m) * KH + ky) * KW + kx];
            }
    output[output_index()] = sum;
}
