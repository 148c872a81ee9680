// Convolution in tiles: a work-group shares the input of its tile of outputs in local memory.
// input (N, C, H, W), weight (M, C/groups, KH, KW), bias (M) or NULL -> output (N, M, OH, OW)
// Global size (OW, OH, N*M), the first two rounded up to the local size (tile width, height, 1):
// one work-item computes one output element. `patch` holds one channel of what the tile reads,
// patch_h x patch_w floats; zeros stand in it for padding. Each input element is fetched from
// global memory once a tile, not once a tap.

#include "common.h"

__kernel void conv2d_local(__global const float *input, __global const float *weight,
                           __global const float *bias, __global float *output,
                           int C, int H, int W, int M, int KH, int KW, int stride_h, int stride_w,
                           int pad_top, int pad_left, int dilation_h, int dilation_w, int groups,
                           int OH, int OW, int patch_h, int patch_w, __local float *patch)
{
    const int tile_w = get_local_size(0), lane_x = get_local_id(0), lane_y = get_local_id(1);
    const int lane = lane_y * tile_w + lane_x, lanes = tile_w * get_local_size(1);
    const int ox = get_global_id(0), oy = get_global_id(1);
    const int z = get_global_id(2), n = z / M, m = z - n * M;
    const int group_c = C / groups, first_c = m / (M / groups) * group_c;
    // The tile's first input pixel.
    const int top = (oy - lane_y) * stride_h - pad_top;
    const int left = (ox - lane_x) * stride_w - pad_left;

    float sum = 0.0f;
    for (int c = 0; c < group_c; ++c) {
        __global const float *plane = input + (n * C + first_c + c) * H * W;
        for (int i = lane; i < patch_h * patch_w; i += lanes) {
            const int row = i / patch_w, y = top + row, x = left + i - row * patch_w;
            patch[i] = y >= 0 && y < H && x >= 0 && x < W ? plane[y * W + x] : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);

        __global const float *filter = weight + (m * group_c + c) * KH * KW;
        __local const float *window = patch + lane_y * stride_h * patch_w + lane_x * stride_w;
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx)
                sum += window[ky * dilation_h * patch_w + kx * dilation_w] * filter[ky * KW + kx];
        barrier(CLK_LOCAL_MEM_FENCE); // before the next channel overwrites the patch
    }
    if (ox < OW && oy < OH)
        output[((n * M + m) * OH + oy) * OW + ox] = bias ? sum + bias[m] : sum;
}
