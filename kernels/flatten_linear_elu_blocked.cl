// Fully connected layer with ELU, vectorised, on images: in C order, a flattened image is itself.
// input (N, ...) of `length` elements per n, weight (units, length), bias (units) or NULL
// -> output (N, units). Global size (units/UNITS rounded up, N): one work-item computes UNITS
// outputs.

#include "common.h"
#include "linear_rows.h"

__kernel void flatten_linear_elu_blocked(
    __global const float *input, __global const float *weight, __global const float *bias,
    __global float *output, int length, int units, float alpha)
{
    const int first = get_global_id(0) * UNITS, row = get_global_id(1);
    float sums[UNITS];
    linear_rows(input + row * length, weight, first, units, length, sums);
    for (int u = 0; u < UNITS && first + u < units; ++u) {
        const int unit = first + u;
        output[row * units + unit] = elu_at(bias ? sums[u] + bias[unit] : sums[u], alpha);
    }
}
