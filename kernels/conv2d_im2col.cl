// Convolution as a matrix product: every window of an image is a column, every filter a row.
// One image at a time, so that the columns need memory for one. Their pitch is OH*OW rounded up to
// a multiple of VEC. Each vector of a column is used for ROWS filters (matrix_product.h).

#include "common.h"
#include "matrix_product.h"

// Image n of input (N, C, H, W) -> columns (C, KH, KW, pitch), zeros for taps in the padding and
// beyond the last window. Global size (pitch, KH*KW, C).
__kernel void im2col(__global const float *input, __global float *columns, int n, int H, int W,
                     int OH, int OW, int KW, int stride_h, int stride_w,
                     int pad_top, int pad_left, int dilation_h, int dilation_w)
{
    const int C = get_global_size(2), c = get_global_id(2);
    const int place = get_global_id(0), oy = place / OW, ox = place - oy * OW;
    const int tap = get_global_id(1), ky = tap / KW, kx = tap - ky * KW;
    const int y = oy * stride_h + ky * dilation_h - pad_top;
    const int x = ox * stride_w + kx * dilation_w - pad_left;
    const int inside = oy < OH && y >= 0 && y < H && x >= 0 && x < W;
    columns[output_index()] = inside ? input[((n * C + c) * H + y) * W + x] : 0.0f;
}

// weight (M, depth), bias (M) or NULL, columns (groups, depth, pitch) -> image n of output
// (N, M, OH*OW), where depth is C/groups*KH*KW and `places` OH*OW.
// Global size (pitch/VEC, M/groups/ROWS rounded up, groups).
__kernel void filter_columns(__global const float *weight, __global const float *bias,
                             __global const float *columns, __global float *output,
                             int n, int M, int depth, int places)
{
    const int pitch = get_global_size(0) * VEC, place = get_global_id(0) * VEC;
    const int group = get_global_id(2), filters = M / (int)get_global_size(2);
    const int row = get_global_id(1) * ROWS, first = group * filters;

    floatv tile[ROWS];
    product_tile(weight + first * depth, filters, depth, columns + group * depth * pitch, pitch,
                 row, place, tile);
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
        const int m = first + row + r;
        if (row + r < filters)
            store_row(tile[r] + (bias ? bias[m] : 0.0f), output + (n * M + m) * places, place,
                      places);
    }
}
