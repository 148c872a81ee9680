// Fully connected layer, vectorised: a work-item computes UNITS outputs of one row of the input.
// input (rows, length), weight (units, length), bias (units) or NULL -> output (rows, units)
// Global size (units/UNITS rounded up, rows).

#include "linear_rows.h"

__kernel void linear_blocked(__global const float *input, __global const float *weight,
                             __global const float *bias, __global float *output,
                             int length, int units)
{
    const int first = get_global_id(0) * UNITS, row = get_global_id(1);
    float sums[UNITS];
    linear_rows(input + row * length, weight, first, units, length, sums);
    for (int u = 0; u < UNITS && first + u < units; ++u)
        output[row * units + first + u] = bias ? sums[u] + bias[first + u] : sums[u];
}
