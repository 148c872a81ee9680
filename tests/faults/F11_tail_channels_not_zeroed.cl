// F11: channels in blocks of 4, and the lanes beyond the last channel keep what an earlier block
// left in them. Shows where C/groups is more than 4 and no multiple of it.

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
    float pixels[4] = {0.0f}, taps[4] = {0.0f};
    for (int ky = 0; ky < KH; ++ky)
        for (int kx = 0; kx < KW; ++kx) {
            const int y = oy * stride_h + ky * dilation_h - pad_top;
            const int x = ox * stride_w + kx * dilation_w - pad_left;
            if (y < 0 || y >= H || x < 0 || x >= W)
                continue;
            for (int block = 0; block < depth; block += 4) {
                for (int c = block; c < min(block + 4, depth); ++c) {
                    pixels[c - block] = input[((n * C + first + c) * H + y) * W + x];
                    taps[c - block] = weight[((m * depth + c) * KH + ky) * KW + kx];
                }
                for (int lane = 0; lane < 4; ++lane)
                    sum += pixels[lane] * taps[lane];
            }
        }
    output[output_index()] = sum;
}
