// Gradient of a fully connected layer's input, VEC features of ROWS images a work-item: each vector
// of the weight, read in order, serves them all.
// grad (N, O), weight (O, I) -> output (N, I)
// Global size (I/VEC rounded up, N/ROWS rounded up).

#include "common.h"
#include "matrix_product.h"

__kernel void linear_input_grad_vector(__global const float *grad, __global const float *weight,
                                       __global float *output, int N, int O, int I)
{
    const int x = get_global_id(0) * VEC, row = get_global_id(1) * ROWS;
    floatv tile[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
        tile[r] = 0.0f;
    for (int o = 0; o < O; ++o) {
        const floatv values = load_row(weight + o * I, x, 1, I, 0.0f);
#pragma unroll
        for (int r = 0; r < ROWS; ++r)
            tile[r] += grad[min(row + r, N - 1) * O + o] * values;
    }
    for (int r = 0; r < ROWS && row + r < N; ++r)
        store_row(tile[r], output + (row + r) * I, x, I);
}
