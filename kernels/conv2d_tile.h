// A tile of a convolution's outputs in registers: BLOCKS x ROWS x COLUMNS vectors of VEC filters.
// Everything that shapes the tile is known to the compiler, so that every loop over it is unrolled
// and every address in it a constant offset.

#ifndef CLGOLD_CONV2D_TILE_H
#define CLGOLD_CONV2D_TILE_H

#include "vector.h"

#ifndef BLOCKS
#define BLOCKS 1 // blocks of VEC filters
#endif
#ifndef ROWS
#define ROWS 2 // rows of outputs; even where they are pooled
#endif
#ifndef COLUMNS
#define COLUMNS 2 // neighbouring outputs of a row; even where they are pooled
#endif
#ifndef PIXELS
#define PIXELS __private // in which memory the pixels stand that a tile reads
#endif
#ifndef KH
#define KH 3
#endif
#ifndef KW
#define KW 3
#endif
#ifndef STRIDE_H
#define STRIDE_H 1
#endif
#ifndef STRIDE_W
#define STRIDE_W 1
#endif
#ifndef DILATION_H
#define DILATION_H 1
#endif
#ifndef DILATION_W
#define DILATION_W 1
#endif
#ifndef RELU
#define RELU 0 // 1: max(x, 0) of every output
#endif
#ifndef POOL
#define POOL 0 // 1: the largest of every 2x2 outputs
#endif

// What of an image the tile reads.
#define PATCH_H ((ROWS - 1) * STRIDE_H + (KH - 1) * DILATION_H + 1)
#define PATCH_W ((COLUMNS - 1) * STRIDE_W + (KW - 1) * DILATION_W + 1)

// Every sum starts from its filter's bias, or from 0, as do the lanes behind the last filter.
INLINED void begin_tile(floatv *sums, __global const float *bias, int block, int M)
{
#pragma unroll
    for (int b = 0; b < BLOCKS; ++b) {
        const floatv first = bias ? load_row(bias, (block + b) * VEC, 1, M, 0.0f) : 0.0f;
#pragma unroll
        for (int place = 0; place < ROWS * COLUMNS; ++place)
            sums[b * ROWS * COLUMNS + place] = first;
    }
}

// Whether what a tile reads from row y, column x on lies within the image: most tiles need not ask of
// every pixel.
INLINED int lies_within(int y, int x, int H, int W)
{
    return y >= 0 && x >= 0 && y + PATCH_H <= H && x + PATCH_W <= W;
}

// The tile's pixels of one channel, plane (H, W) -> patch (PATCH_H, PATCH_W), from row y, column x on;
// 0 where they lie outside of the image.
INLINED void copy_pixels(__global const float *plane, float *patch, int y, int x, int H, int W)
{
    if (lies_within(y, x, H, W)) {
#pragma unroll
        for (int r = 0; r < PATCH_H; ++r)
#pragma unroll
            for (int c = 0; c < PATCH_W; ++c)
                patch[r * PATCH_W + c] = plane[(y + r) * W + x + c];
        return;
    }
    for (int r = 0; r < PATCH_H; ++r)
        for (int c = 0; c < PATCH_W; ++c) {
            const int inside = y + r >= 0 && y + r < H && x + c >= 0 && x + c < W;
            patch[r * PATCH_W + c] = inside ? plane[(y + r) * W + x + c] : 0.0f;
        }
}

// One input channel under one tap: `pixel` is where the first output sees it, `taps` the first
// block's vector of weights, and the others stand `pitch` vectors apart.
INLINED void add_tap(floatv *sums, PIXELS const float *pixel, int row_step, int column_step,
             __global const float *taps, int pitch)
{
    floatv weights[BLOCKS];
#pragma unroll
    for (int b = 0; b < BLOCKS; ++b)
        weights[b] = vloadv(b * pitch, taps);
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
#pragma unroll
            for (int b = 0; b < BLOCKS; ++b)
                // One expression, which compilers fuse; fma() may be a slow library call.
                sums[(b * ROWS + r) * COLUMNS + c] +=
                    pixel[r * row_step + c * column_step] * weights[b];
}

// max(x, 0), and NaN for NaN.
INLINED floatv activated(floatv x)
{
    return RELU ? (x <= 0.0f ? (floatv)0.0f : x) : x;
}

// The sums of one block, whose outputs (OH, OW, VEC) begin at `plane`, those within the plane.
// y and x are the tile's first output, before pooling.
INLINED void finish_tile(const floatv *sums, __global float *plane, int y, int x, int OH, int OW)
{
#if POOL
#pragma unroll
    for (int r = 0; r < ROWS; r += 2)
#pragma unroll
        for (int c = 0; c < COLUMNS; c += 2) {
            const floatv *corner = sums + r * COLUMNS + c;
            const floatv upper = larger(corner[0], corner[1]);
            const floatv lower = larger(corner[COLUMNS], corner[COLUMNS + 1]);
            const int oy = (y + r) / 2, ox = (x + c) / 2;
            if (oy < OH && ox < OW)
                vstorev(activated(larger(upper, lower)), oy * OW + ox, plane);
        }
#else
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            if (y + r < OH && x + c < OW)
                vstorev(activated(sums[r * COLUMNS + c]), (y + r) * OW + x + c, plane);
#endif
}

#endif
