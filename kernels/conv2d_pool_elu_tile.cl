// Convolution, 2x2 max pooling and ELU in one pass, in the reference's layout, without groups; ELU
// may come before the pooling where it is monotonic (alpha >= 0), for then the order is immaterial.
// One work-item copies what a tile (conv2d_tile.h) of neighbouring outputs reads of each channel,
// zeros where that lies outside of the image, and computes every sum once, in registers: pooling
// windows do not overlap. Work-groups of one work-item suit CPUs.

#include "conv2d_tile.h"
#include "elu.h"
#include "pack_filters.h"

// input (N, C, H, W), packed (out_blocks, C, KH*KW, VEC), bias (M) or NULL -> output (N, M, PH, PW);
// blocks of filters from M on are zeros, which make their number, out_blocks, a multiple of BLOCKS.
// Global size (tiles of a row, tiles of a column, N * out_blocks / BLOCKS).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_pool_elu_tile(
    __global const float *input, __global const float *packed, __global const float *bias,
    __global float *output, int C, int out_blocks, int M, int H, int W, int PH, int PW,
    int pad_top, int pad_left, float alpha)
{
    const int x = get_global_id(0) * COLUMNS, y = get_global_id(1) * ROWS;
    const int pieces = out_blocks / BLOCKS;
    const int z = get_global_id(2), n = z / pieces, block = (z - n * pieces) * BLOCKS;
    const int pitch = C * KH * KW;
    __global const float *taps = packed + block * pitch * VEC;

    float patch[PATCH_H * PATCH_W];
    floatv sums[BLOCKS * ROWS * COLUMNS];
    begin_tile(sums, bias, block, M);
    for (int c = 0; c < C; ++c) {
        copy_pixels(input + (n * C + c) * H * W, patch, y * STRIDE_H - pad_top,
                    x * STRIDE_W - pad_left, H, W);
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx, taps += VEC)
                add_tap(sums, patch + ky * DILATION_H * PATCH_W + kx * DILATION_W,
                        STRIDE_H * PATCH_W, STRIDE_W, taps, pitch);
    }

    // Unrolled: sums at places that the compiler does not know would have to stand in memory.
#pragma unroll
    for (int b = 0; b < BLOCKS; ++b)
#pragma unroll
        for (int r = 0; r < ROWS; r += 2)
#pragma unroll
            for (int column = 0; column < COLUMNS; column += 2) {
                const int oy = (y + r) / 2, ox = (x + column) / 2;
                if (oy >= PH || ox >= PW)
                    continue;
                const floatv *corner = sums + (b * ROWS + r) * COLUMNS + column;
                float lanes[VEC];
                vstorev(elu_of(larger(larger(corner[0], corner[1]),
                                      larger(corner[COLUMNS], corner[COLUMNS + 1])), alpha),
                        0, lanes);
                const int first = (block + b) * VEC;
                for (int lane = 0; lane < VEC && first + lane < M; ++lane)
                    output[((n * M + first + lane) * PH + oy) * PW + ox] = lanes[lane];
            }
}
