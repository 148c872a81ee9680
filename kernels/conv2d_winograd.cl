// Convolution by 3x3 filters with 16 instead of 36 products for 2x2 outputs: Winograd F(2x2,3x3).
// Y = A^T [sum over c of (G g G^T) * (B^T d B)] A, after Lavin and Gray, "Fast Algorithms for
// Convolutional Neural Networks", arXiv:1509.09308, for stride 1, no dilation and no groups.
// The sum over c is, for each of the 16 points of a tile, one matrix product (matrix_product.h).
// Tiles are numbered n, then row, then column; their count is padded to a multiple of VEC, `pitch`.

#include "common.h"
#include "matrix_product.h"

enum { POINTS = 16 }; // of a transformed tile, 4x4

// The three transforms along one axis of a 4x4 tile, in place, its elements `step` apart.

void transform_taps(float *g, int step) // G g: 3 taps to 4 points
{
    const float a = g[0], b = g[step], c = g[2 * step];
    g[step] = 0.5f * (a + b + c);
    g[2 * step] = 0.5f * (a - b + c);
    g[3 * step] = c;
}

void transform_pixels(float *d, int step) // B^T d: 4 pixels to 4 points
{
    const float a = d[0], b = d[step], c = d[2 * step];
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = b - d[3 * step];
}

void transform_points(float *p, int step) // A^T p: 4 points to 2 outputs
{
    const float b = p[step], c = p[2 * step];
    p[0] = p[0] + b + c;
    p[step] = b - c - p[3 * step];
}

// weight (M, C, 3, 3) -> filters (16, M, C). Global size (C, M).
__kernel void transform_weight(__global const float *weight, __global float *filters)
{
    const int filter = output_index(), count = get_global_size(0) * get_global_size(1);
    float tile[POINTS];
    for (int tap = 0; tap < 9; ++tap)
        tile[tap / 3 * 4 + tap % 3] = weight[filter * 9 + tap];

    for (int x = 0; x < 3; ++x)
        transform_taps(tile + x, 4);
    for (int y = 0; y < 4; ++y)
        transform_taps(tile + 4 * y, 1);
    for (int point = 0; point < POINTS; ++point)
        filters[point * count + filter] = tile[point];
}

// input (N, C, H, W) -> tiles (16, C, pitch), zeros for the padding and beyond the last tile.
// Global size (pitch, C). TH x TW tiles cover an image's outputs.
__kernel void transform_input(__global const float *input, __global float *tiles,
                              int N, int H, int W, int TH, int TW, int pad_top, int pad_left)
{
    const int C = get_global_size(1), c = get_global_id(1), t = get_global_id(0);
    const int n = t / (TH * TW), place = t - n * TH * TW, ty = place / TW, tx = place - ty * TW;
    const int top = 2 * ty - pad_top, left = 2 * tx - pad_left;
    float tile[POINTS];
    for (int point = 0; point < POINTS; ++point) {
        const int y = top + point / 4, x = left + point % 4;
        const int inside = n < N && y >= 0 && y < H && x >= 0 && x < W;
        tile[point] = inside ? input[((n * C + c) * H + y) * W + x] : 0.0f;
    }

    for (int x = 0; x < 4; ++x)
        transform_pixels(tile + x, 4);
    for (int y = 0; y < 4; ++y)
        transform_pixels(tile + 4 * y, 1);
    const int count = C * get_global_size(0);
    for (int point = 0; point < POINTS; ++point)
        tiles[point * count + output_index()] = tile[point];
}

// filters (16, M, C), tiles (16, C, pitch) -> products (16, M, pitch)
// Global size (pitch/VEC, M/ROWS rounded up, 16).
__kernel void multiply_points(__global const float *filters, __global const float *tiles,
                              __global float *products, int M, int C)
{
    const int pitch = get_global_size(0) * VEC, t = get_global_id(0) * VEC;
    const int row = get_global_id(1) * ROWS, point = get_global_id(2);

    floatv sums[ROWS];
    product_tile(filters + point * M * C, M, C, tiles + point * C * pitch, pitch, row, t, sums);
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
        if (row + r < M)
            vstorev(sums[r], 0, products + (point * M + row + r) * pitch + t);
}

// products (16, M, pitch), bias (M) or NULL -> output (N, M, OH, OW). Global size (TW, TH, N*M).
__kernel void transform_output(__global const float *products, __global const float *bias,
                               __global float *output, int M, int OH, int OW, int pitch)
{
    const int tx = get_global_id(0), ty = get_global_id(1), TW = get_global_size(0);
    const int z = get_global_id(2), n = z / M, m = z - n * M;
    const int t = (n * (int)get_global_size(1) + ty) * TW + tx;
    float tile[POINTS];
    for (int point = 0; point < POINTS; ++point)
        tile[point] = products[(point * M + m) * pitch + t];

    for (int x = 0; x < 4; ++x)
        transform_points(tile + x, 4);
    for (int y = 0; y < 2; ++y)
        transform_points(tile + 4 * y, 1);
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 2; ++x)
            if (2 * ty + y < OH && 2 * tx + x < OW)
                output[((n * M + m) * OH + 2 * ty + y) * OW + 2 * tx + x] =
                    tile[4 * y + x] + (bias ? bias[m] : 0.0f);
}
