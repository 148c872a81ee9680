// A network's first convolution, from an image of few channels into blocks of channels:
// NCHW to NCHW16c (or 8c), without groups.
// One work-item copies the pixels that a tile (conv2d_tile.h) of neighbouring outputs reads, with
// zeros where they lie outside of the image, and computes all filters of that tile from the copy,
// BLOCKS blocks of them at a time in registers; BLOCKS divides their number. Lanes of the output
// behind the last filter hold 0.

#include "conv2d_tile.h"
#include "pack_filters.h"

// input (N, IN_BLOCK, H, W), packed (blocks of M, KH*KW, IN_BLOCK, VEC), bias (M) or NULL
// -> output (N, blocks of M, OH, OW, VEC), with RELU its rectifier's, with POOL pooled by 2x2.
// Global size (tiles of a row, tiles of a column, N).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_first(
    __global const float *input, __global const float *packed, __global const float *bias,
    __global float *output, int M, int H, int W, int OH, int OW, int pad_top, int pad_left)
{
    const int x = get_global_id(0) * COLUMNS, y = get_global_id(1) * ROWS, n = get_global_id(2);
    float patch[IN_BLOCK * PATCH_H * PATCH_W];
    for (int i = 0; i < IN_BLOCK; ++i)
        copy_pixels(input + (n * IN_BLOCK + i) * H * W, patch + i * PATCH_H * PATCH_W,
                    y * STRIDE_H - pad_top, x * STRIDE_W - pad_left, H, W);

    const int pitch = KH * KW * IN_BLOCK, out_blocks = (M + VEC - 1) / VEC;
    for (int block = 0; block < out_blocks; block += BLOCKS) {
        __global const float *taps = packed + block * pitch * VEC;
        floatv sums[BLOCKS * ROWS * COLUMNS];
        begin_tile(sums, bias, block, M);
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx)
                for (int i = 0; i < IN_BLOCK; ++i, taps += VEC) {
                    const int row = i * PATCH_H + ky * DILATION_H;
                    const float *pixel = patch + row * PATCH_W + kx * DILATION_W;
                    add_tap(sums, pixel, STRIDE_H * PATCH_W, STRIDE_W, taps, pitch);
                }
#pragma unroll
        for (int b = 0; b < BLOCKS; ++b) {
            __global float *plane = output + (n * out_blocks + block + b) * OH * OW * VEC;
            finish_tile(sums + b * ROWS * COLUMNS, plane, y, x, OH, OW);
        }
    }
}
