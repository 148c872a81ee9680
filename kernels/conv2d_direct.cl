// Convolution that stays in the layout of blocked channels, NCHW16c to NCHW16c (or 8c).
// One work-item computes a tile (conv2d_tile.h) of neighbouring outputs of BLOCKS blocks of filters,
// in registers. The pixels that it reads are copied first, block by block of channels, with zeros
// where they lie outside of the image: the copy lies in the nearest cache, and no output is at a
// border. Lanes behind the last channel hold 0, in the input and in the output. Groups are made of
// whole blocks of channels; BLOCKS divides the blocks of a group's filters.
// Work-groups of one work-item suit CPUs, where all of its registers are the vector unit's.

#include "conv2d_tile.h"
#include "pack_filters.h"

// The tile's pixels of one block of channels, plane (H, W, VEC) -> patch (PATCH_H, PATCH_W, VEC).
INLINED void copy_patch(__global const float *plane, float *patch, int y, int x, int H, int W)
{
    if (lies_within(y, x, H, W)) {
#pragma unroll
        for (int r = 0; r < PATCH_H; ++r)
#pragma unroll
            for (int c = 0; c < PATCH_W; ++c)
                vstorev(vloadv((y + r) * W + x + c, plane), r * PATCH_W + c, patch);
        return;
    }
    for (int r = 0; r < PATCH_H; ++r)
        for (int c = 0; c < PATCH_W; ++c) {
            const int inside = y + r >= 0 && y + r < H && x + c >= 0 && x + c < W;
            const floatv pixel = inside ? vloadv((y + r) * W + x + c, plane) : (floatv)0.0f;
            vstorev(pixel, r * PATCH_W + c, patch);
        }
}

// input (N, blocks of C, H, W, VEC), packed (blocks of M, in_blocks, KH*KW, VEC, VEC), bias (M) or
// NULL -> output (N, blocks of M, OH, OW, VEC), with RELU its rectifier's, with POOL pooled by 2x2.
// Global size (tiles of a row, tiles of a column, N * blocks of M / BLOCKS). in_blocks and
// out_blocks are a group's.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_direct(
    __global const float *input, __global const float *packed, __global const float *bias,
    __global float *output, int in_blocks, int out_blocks, int groups, int M, int H, int W, int OH,
    int OW, int pad_top, int pad_left)
{
    const int x = get_global_id(0) * COLUMNS, y = get_global_id(1) * ROWS;
    const int pieces = out_blocks * groups / BLOCKS;
    const int z = get_global_id(2), n = z / pieces, block = (z - n * pieces) * BLOCKS;
    const int group = block / out_blocks, pitch = in_blocks * KH * KW * VEC;
    __global const float *taps = packed + block * pitch * VEC;
    __global const float *image = input + (n * groups + group) * in_blocks * H * W * VEC;

    float patch[PATCH_H * PATCH_W * VEC];
    floatv sums[BLOCKS * ROWS * COLUMNS];
    begin_tile(sums, bias, block, M);
    for (int c = 0; c < in_blocks; ++c) {
        copy_patch(image + c * H * W * VEC, patch, y * STRIDE_H - pad_top,
                   x * STRIDE_W - pad_left, H, W);
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx) {
                const float *pixel = patch + (ky * DILATION_H * PATCH_W + kx * DILATION_W) * VEC;
                for (int i = 0; i < VEC; ++i, taps += VEC)
                    add_tap(sums, pixel + i, STRIDE_H * PATCH_W * VEC, STRIDE_W * VEC, taps, pitch);
            }
    }
#pragma unroll
    for (int b = 0; b < BLOCKS; ++b) {
        __global float *plane = output + (n * out_blocks * groups + block + b) * OH * OW * VEC;
        finish_tile(sums + b * ROWS * COLUMNS, plane, y, x, OH, OW);
    }
}
