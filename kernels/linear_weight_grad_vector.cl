// Gradient of a fully connected layer's weight, VEC features of ROWS outputs a work-item: each
// vector of the input serves them all.
// grad (N, O), input (N, I) -> output (O, I). Global size (I/VEC rounded up, O/ROWS rounded up).

#include "common.h"
#include "matrix_product.h"

__kernel void linear_weight_grad_vector(__global const float *grad, __global const float *input,
                                        __global float *output, int N, int O, int I)
{
    const int x = get_global_id(0) * VEC, row = get_global_id(1) * ROWS;
    floatv tile[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
        tile[r] = 0.0f;
    for (int n = 0; n < N; ++n) {
        const floatv values = load_row(input + n * I, x, 1, I, 0.0f);
#pragma unroll
        for (int r = 0; r < ROWS; ++r)
            tile[r] += grad[n * O + min(row + r, O - 1)] * values;
    }
    for (int r = 0; r < ROWS && row + r < O; ++r)
        store_row(tile[r], output + (row + r) * I, x, I);
}
