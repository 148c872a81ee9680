// Fully connected layer, vectorised: a work-item computes UNITS outputs of one row of the input.
// input (rows, length), weight (units, length), bias (units) or NULL -> output (rows, units)
// Global size (units/UNITS rounded up, rows). Each vector of the input is loaded once for UNITS
// rows of the weight, which are read in order, VEC at a time, the rest of a row one by one.

#include "common.h"
#include "vector.h"

#ifndef UNITS
#define UNITS 4 // outputs of a work-item
#endif

__kernel void linear_blocked(__global const float *input, __global const float *weight,
                             __global const float *bias, __global float *output,
                             int length, int units)
{
    __global const float *row = input + get_global_id(1) * length;
    const int first = get_global_id(0) * UNITS;
    __global const float *lines[UNITS];
    floatv sums[UNITS];
#pragma unroll
    for (int u = 0; u < UNITS; ++u) {
        lines[u] = weight + min(first + u, units - 1) * length; // beyond the last unit: it, again
        sums[u] = 0.0f;
    }

    const int whole = length / VEC * VEC;
    for (int k = 0; k < whole; k += VEC) {
        const floatv values = vloadv(0, row + k);
#pragma unroll
        for (int u = 0; u < UNITS; ++u)
            sums[u] += values * vloadv(0, lines[u] + k);
    }

    for (int u = 0; u < UNITS && first + u < units; ++u) {
        float sum = sum_of_lanes(sums[u]);
        for (int k = whole; k < length; ++k)
            sum += row[k] * lines[u][k];
        const int unit = first + u;
        output[get_global_id(1) * units + unit] = bias ? sum + bias[unit] : sum;
    }
}
