// A tile of Winograd's convolution in blocks of channels: read and transformed to points, products
// at a point, and its outputs from points. Vectors hold VEC channels or filters.

#ifndef CLGOLD_WINOGRAD_TILE_H
#define CLGOLD_WINOGRAD_TILE_H

#ifndef ROWS
#define ROWS 1 // of conv2d_tile.h, whose columns are tiles here
#endif

#include "conv2d_tile.h"
#include "winograd_points.h"

#ifndef CHUNK
#define CHUNK COLUMNS // tiles at a time, a multiple of COLUMNS
#endif

// Where tile t of N*TH*TW stands: its image, and its first output.
typedef struct {
    int n, y, x;
} winograd_place;

winograd_place place_of(int t, int TH, int TW)
{
    const int n = t / (TH * TW), rest = t - n * TH * TW, row = rest / TW;
    const winograd_place place = {n, row * TILE, (rest - row * TW) * TILE};
    return place;
}

// The points d of the pixels from (y, x) on, which are 0 outside of plane (H, W, VEC).
INLINED void read_tile(__global const float *plane, int y, int x, int H, int W, floatv *d)
{
#pragma unroll
    for (int i = 0; i < SPAN; ++i)
#pragma unroll
        for (int j = 0; j < SPAN; ++j) {
            const int inside = y + i >= 0 && y + i < H && x + j >= 0 && x + j < W;
            d[i * SPAN + j] = inside ? vloadv((y + i) * W + x + j, plane) : (floatv)0.0f;
        }
#pragma unroll
    for (int j = 0; j < SPAN; ++j)
        pixels_to_points(d + j, SPAN);
#pragma unroll
    for (int i = 0; i < SPAN; ++i)
        pixels_to_points(d + i * SPAN, 1);
}

// At one point: what COLUMNS tiles and BLOCKS blocks of filters give, added up over the channels.
// Blocks of channels of the pixels are CHUNK vectors apart.
INLINED void sum_channels(floatv *sums, PIXELS const float *pixel, __global const float *taps,
                  int in_blocks)
{
    begin_tile(sums, 0, 0, 0);
    for (int c = 0; c < in_blocks; ++c, pixel += CHUNK * VEC)
        for (int i = 0; i < VEC; ++i, taps += VEC)
            add_tap(sums, pixel + i, 0, VEC, taps, in_blocks * VEC);
}

// The outputs of points p, with their filters' bias, to plane (OH, OW, VEC); with RELU their
// rectifier's, with POOL pooled by 2x2. (y, x) is the first output before pooling.
INLINED void write_tile(floatv *p, floatv bias, __global float *plane, int y, int x, int OH, int OW)
{
#pragma unroll
    for (int j = 0; j < SPAN; ++j)
        points_to_outputs(p + j, SPAN);
#pragma unroll
    for (int i = 0; i < TILE; ++i)
        points_to_outputs(p + i * SPAN, 1);
#if POOL
#pragma unroll
    for (int i = 0; i < TILE; i += 2)
#pragma unroll
        for (int j = 0; j < TILE; j += 2) {
            const floatv *corner = p + i * SPAN + j;
            const floatv upper = larger(corner[0], corner[1]);
            const floatv lower = larger(corner[SPAN], corner[SPAN + 1]);
            const int oy = (y + i) / 2, ox = (x + j) / 2;
            if (oy < OH && ox < OW)
                vstorev(activated(larger(upper, lower) + bias), oy * OW + ox, plane);
        }
#else
#pragma unroll
    for (int i = 0; i < TILE; ++i)
#pragma unroll
        for (int j = 0; j < TILE; ++j)
            if (y + i < OH && x + j < OW)
                vstorev(activated(p[i * SPAN + j] + bias), (y + i) * OW + x + j, plane);
#endif
}

// weight (M, C, 3, 3) -> filters (POINTS, blocks of M, blocks of C * VEC, VEC), with zeros in place
// of what the last blocks lack. Global size (blocks of C * VEC, blocks of M).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void filter_points(
    __global const float *weight, __global float *filters, int M, int C)
{
    const int c = get_global_id(0), block = get_global_id(1);
    const int count = get_global_size(0) * get_global_size(1);
    floatv g[POINTS];
    for (int tap = 0; tap < 9; ++tap) {
        float lanes[VEC];
        for (int lane = 0; lane < VEC; ++lane) {
            const int m = block * VEC + lane;
            lanes[lane] = c < C && m < M ? weight[(m * C + c) * 9 + tap] : 0.0f;
        }
        g[tap / 3 * SPAN + tap % 3] = vloadv(0, lanes);
    }
    for (int x = 0; x < 3; ++x)
        taps_to_points(g + x, SPAN);
    for (int y = 0; y < SPAN; ++y)
        taps_to_points(g + y * SPAN, 1);
    for (int p = 0; p < POINTS; ++p)
        vstorev(g[p], p * count + block * (int)get_global_size(0) + c, filters);
}

#endif
