// Convolution in blocks of channels, without groups, on packed input and weights.
// The input is padded and its channels interleaved in blocks of IN_BLOCK, the filters in blocks of
// VEC. One work-item keeps VEC channels of COLUMNS neighbouring outputs in registers; each step of
// its inner loop loads one vector of weights and uses it COLUMNS times. Work-groups of one
// work-item suit CPUs, where all of its registers are the vector unit's.

#include "pack_filters.h"

#ifndef COLUMNS
#define COLUMNS 4 // neighbouring outputs that a work-item computes, each a vector in registers
#endif
#ifndef STRIDE_W
#define STRIDE_W 1 // horizontal; known to the compiler, it makes every address a constant offset
#endif

// input (N, C, H, W) -> source (N, blocks of C, SH, SW, IN_BLOCK), with zeros around the image and
// in place of the channels that the last block lacks. Global size (SW, SH, N*blocks).
__kernel void pack_input(__global const float *input, __global float *source,
                         int C, int H, int W, int pad_top, int pad_left)
{
    const int blocks = (C + IN_BLOCK - 1) / IN_BLOCK;
    const int z = get_global_id(2), n = z / blocks, first = (z - n * blocks) * IN_BLOCK;
    const int y = (int)get_global_id(1) - pad_top, x = (int)get_global_id(0) - pad_left;
    const int inside = y >= 0 && y < H && x >= 0 && x < W;
    __global float *pixel = source + output_index() * IN_BLOCK;

    for (int i = 0; i < IN_BLOCK; ++i) {
        const int c = first + i;
        pixel[i] = inside && c < C ? input[((n * C + c) * H + y) * W + x] : 0.0f;
    }
}

// source, packed, bias (M) or NULL -> output (N, M, OH, OW)
// Global size (OW/COLUMNS rounded up, OH, N * blocks of M). SW leaves room for a whole last tile.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_blocked(
    __global const float *source, __global const float *packed, __global const float *bias,
    __global float *output, int in_blocks, int SH, int SW, int M, int OW, int KH, int KW,
    int stride_h, int dilation_h, int dilation_w)
{
    const int first_x = get_global_id(0) * COLUMNS, oy = get_global_id(1);
    const int out_blocks = (M + VEC - 1) / VEC;
    const int z = get_global_id(2), n = z / out_blocks, block = z - n * out_blocks;
    __global const float *filters = packed + block * in_blocks * KH * KW * IN_BLOCK * VEC;

    floatv sums[COLUMNS];
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column)
        sums[column] = 0.0f;

    for (int c = 0; c < in_blocks; ++c)
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx) {
                const int y = oy * stride_h + ky * dilation_h;
                const int x = first_x * STRIDE_W + kx * dilation_w;
                __global const float *pixel =
                    source + (((n * in_blocks + c) * SH + y) * SW + x) * IN_BLOCK;
                for (int i = 0; i < IN_BLOCK; ++i, filters += VEC) {
                    const floatv taps = vloadv(0, filters);
                    // One expression, which compilers fuse; fma() may be a slow library call.
#pragma unroll
                    for (int column = 0; column < COLUMNS; ++column)
                        sums[column] += pixel[column * STRIDE_W * IN_BLOCK + i] * taps;
                }
            }

    const int OH = get_global_size(1);
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column) {
        float lanes[VEC];
        vstorev(sums[column], 0, lanes);
        for (int lane = 0; lane < VEC; ++lane) {
            const int m = block * VEC + lane, x = first_x + column;
            if (m < M && x < OW)
                output[((n * M + m) * OH + oy) * OW + x] = lanes[lane] + (bias ? bias[m] : 0.0f);
        }
    }
}
