// Gradient of a convolution's weight as a matrix product: every window of an image is a row, and
// each vector of it is used for ROWS filters (matrix_product.h). One image at a time, each added to
// the sum of those before. The rows' pitch is C/groups*KH*KW rounded up to a multiple of VEC.

#include "common.h"
#include "matrix_product.h"

// Image n of input (N, C, H, W) -> rows (groups, OH*OW, pitch), zeros for taps in the padding and
// beyond the last. Global size (pitch, OH*OW, groups).
__kernel void im2row(__global const float *input, __global float *rows, int n, int C, int H, int W,
                     int OW, int KH, int KW, int stride_h, int stride_w, int pad_top, int pad_left,
                     int dilation_h, int dilation_w)
{
    const int depth = C / (int)get_global_size(2), tap = get_global_id(0);
    const int channel = tap / (KH * KW), ky = tap / KW % KH, kx = tap % KW;
    const int c = get_global_id(2) * depth + channel;
    const int oy = get_global_id(1) / OW, ox = get_global_id(1) - oy * OW;
    const int y = oy * stride_h + ky * dilation_h - pad_top;
    const int x = ox * stride_w + kx * dilation_w - pad_left;
    const int inside = channel < depth && y >= 0 && y < H && x >= 0 && x < W;
    rows[output_index()] = inside ? input[((n * C + c) * H + y) * W + x] : 0.0f;
}

// Image n of grad (N, M, places), rows (groups, places, pitch) -> added to output (M, taps), which
// the first image starts. Global size (pitch/VEC, M/groups/ROWS rounded up, groups).
__kernel void add_image(__global const float *grad, __global const float *rows,
                        __global float *output, int n, int M, int places, int taps)
{
    const int pitch = get_global_size(0) * VEC, tap = get_global_id(0) * VEC;
    const int group = get_global_id(2), filters = M / (int)get_global_size(2);
    const int row = get_global_id(1) * ROWS, first = group * filters;
    floatv tile[ROWS];
    product_tile(grad + (n * M + first) * places, filters, places, rows + group * places * pitch,
                 pitch, row, tap, tile);
    for (int r = 0; r < ROWS && row + r < filters; ++r) {
        __global float *line = output + (first + row + r) * taps;
        const floatv before = n ? load_row(line, tap, 1, taps, 0.0f) : (floatv)0.0f;
        store_row(before + tile[r], line, tap, taps);
    }
}
