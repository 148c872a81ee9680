// Gradient of a convolution's input as a matrix product, the columns of which are then gathered.
// One image at a time. `places` is OH*OW, the pitch of the columns it rounded up to a multiple of
// VEC; each vector of grad is used for ROWS rows of the transposed weight (matrix_product.h).

#include "common.h"
#include "matrix_product.h"

// weight (groups, filters, depth) -> transposed (groups, depth, filters), depth being
// C/groups*KH*KW and filters M/groups. Global size (filters, depth, groups).
__kernel void transpose_filters(__global const float *weight, __global float *transposed)
{
    const int filters = get_global_size(0), depth = get_global_size(1);
    const int row = get_global_id(2) * filters + get_global_id(0);
    transposed[output_index()] = weight[row * depth + get_global_id(1)];
}

// Image n of grad (N, M, places) -> padded (M, pitch), zeros beyond the last place.
// Global size (pitch, M).
__kernel void pad_places(__global const float *grad, __global float *padded, int n, int places)
{
    const int place = get_global_id(0), M = get_global_size(1), m = get_global_id(1);
    padded[output_index()] = place < places ? grad[(n * M + m) * places + place] : 0.0f;
}

// transposed (groups, depth, filters), padded (groups*filters, pitch) -> columns
// (groups*depth, pitch). Global size (pitch/VEC, depth/ROWS rounded up, groups).
__kernel void weigh_columns(__global const float *transposed, __global const float *padded,
                            __global float *columns, int depth, int filters)
{
    const int pitch = get_global_size(0) * VEC, place = get_global_id(0) * VEC;
    const int group = get_global_id(2), row = get_global_id(1) * ROWS;
    floatv tile[ROWS];
    product_tile(transposed + group * depth * filters, depth, filters,
                 padded + group * filters * pitch, pitch, row, place, tile);
    for (int r = 0; r < ROWS && row + r < depth; ++r)
        vstorev(tile[r], 0, columns + (group * depth + row + r) * pitch + place);
}

// columns (C, KH, KW, pitch) -> image n of output (N, C, H, W): every pixel adds up the places of
// the windows that hold it. Global size (W, H, C).
__kernel void gather_columns(__global const float *columns, __global float *output, int n,
                             int pitch, int OH, int OW, int KH, int KW, int stride_h,
                             int stride_w, int pad_top, int pad_left, int dilation_h,
                             int dilation_w)
{
    const int c = get_global_id(2);
    float sum = 0.0f;
    for (int ky = 0; ky < KH; ++ky)
        for (int kx = 0; kx < KW; ++kx) {
            const int y = get_global_id(1) + pad_top - ky * dilation_h, oy = y / stride_h;
            const int x = get_global_id(0) + pad_left - kx * dilation_w, ox = x / stride_w;
            if (y >= 0 && x >= 0 && oy * stride_h == y && ox * stride_w == x && oy < OH && ox < OW)
                sum += columns[((c * KH + ky) * KW + kx) * pitch + oy * OW + ox];
        }
    const int image = get_global_size(2) * get_global_size(1) * get_global_size(0);
    output[n * image + output_index()] = sum;
}
