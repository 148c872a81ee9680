// Winograd's convolution F(TILE x TILE, 3x3) in blocks of channels, NCHW16c to NCHW16c (or 8c).
// Y = A^T [sum over c of (G g G^T) * (B^T d B)] A, for stride 1, no dilation, no groups. For deep
// layers: three kernels, so that each filter's points come from memory once for all tiles.
// Lanes behind the last channel hold 0, in the input and in the output.

#define PIXELS __global // in which memory the tiles' points stand

#include "winograd_tile.h"

// input (N, blocks of C, H, W, VEC) -> points (POINTS, blocks of C, CHUNK, VEC) of TH x TW tiles an
// image; CHUNK is the number of all tiles, rounded up. Global size (N*TH*TW, blocks of C).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void input_points(
    __global const float *input, __global float *points, int H, int W, int TH, int TW, int pad_top,
    int pad_left)
{
    const int t = get_global_id(0), c = get_global_id(1), blocks = get_global_size(1);
    const winograd_place at = place_of(t, TH, TW);
    floatv d[POINTS];
    read_tile(input + (at.n * blocks + c) * H * W * VEC, at.y - pad_top, at.x - pad_left, H, W, d);
#pragma unroll
    for (int p = 0; p < POINTS; ++p)
        vstorev(d[p], (p * blocks + c) * CHUNK + t, points);
}

// points, filters -> products (POINTS, out_blocks, CHUNK, VEC); behind the last tile they mean
// nothing. Global size (CHUNK/COLUMNS, out_blocks/BLOCKS, POINTS).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void multiply_points(
    __global const float *points, __global const float *filters, __global float *products,
    int in_blocks, int out_blocks)
{
    const int t = get_global_id(0) * COLUMNS, block = get_global_id(1) * BLOCKS;
    const int p = get_global_id(2);
    floatv sums[BLOCKS * COLUMNS];
    sum_channels(sums, points + (p * in_blocks * CHUNK + t) * VEC,
                 filters + (p * out_blocks + block) * in_blocks * VEC * VEC, in_blocks);
#pragma unroll
    for (int b = 0; b < BLOCKS; ++b)
#pragma unroll
        for (int k = 0; k < COLUMNS; ++k)
            vstorev(sums[b * COLUMNS + k], (p * out_blocks + block + b) * CHUNK + t + k, products);
}

// products, bias (M) or NULL -> output (N, out_blocks, OH, OW, VEC). Global size (N*TH*TW,
// out_blocks).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void output_points(
    __global const float *products, __global const float *bias, __global float *output, int M,
    int TH, int TW, int OH, int OW)
{
    const int t = get_global_id(0), block = get_global_id(1), blocks = get_global_size(1);
    const winograd_place at = place_of(t, TH, TW);
    floatv p[POINTS];
#pragma unroll
    for (int k = 0; k < POINTS; ++k)
        p[k] = vloadv((k * blocks + block) * CHUNK + t, products);
    const floatv offset = bias ? load_row(bias, block * VEC, 1, M, 0.0f) : 0.0f;
    write_tile(p, offset, output + (at.n * blocks + block) * OH * OW * VEC, at.y, at.x, OH, OW);
}
