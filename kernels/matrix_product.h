// A tile of a matrix product, kept in registers: ROWS rows by VEC columns.

#ifndef CLGOLD_MATRIX_PRODUCT_H
#define CLGOLD_MATRIX_PRODUCT_H

#include "vector.h"

#ifndef ROWS
#define ROWS 8 // rows of a tile: how often a vector of the right matrix is used once loaded
#endif

// tile[r] = the VEC elements from (row + r, column) on of left (rows, depth) x right (depth, pitch)
// column and pitch are multiples of VEC. Rows beyond the last repeat it: they are not to be stored.
void product_tile(__global const float *left, int rows, int depth, __global const float *right,
                  int pitch, int row, int column, floatv *tile)
{
    __global const float *lines[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
        lines[r] = left + min(row + r, rows - 1) * depth;
        tile[r] = 0.0f;
    }
    for (int k = 0; k < depth; ++k) {
        const floatv values = vloadv(0, right + k * pitch + column);
#pragma unroll
        for (int r = 0; r < ROWS; ++r)
            tile[r] += lines[r][k] * values;
    }
}

#endif
