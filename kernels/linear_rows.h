// Rows of a fully connected layer's weight, UNITS of them at a time, on one row of the input.

#ifndef CLGOLD_LINEAR_ROWS_H
#define CLGOLD_LINEAR_ROWS_H

#include "vector.h"

#ifndef UNITS
#define UNITS 4 // outputs of a work-item: as many sums that do not wait for one another
#endif

// Outputs first, first + 1, ... of `units`, without a bias, to sums[UNITS]. Each vector of the input
// is loaded once for UNITS rows of weight (units, length), which are read in order, VEC at a time,
// the rest of a row one by one.
void linear_rows(__global const float *row, __global const float *weight, int first, int units,
                 int length, float *sums)
{
    __global const float *lines[UNITS];
    floatv parts[UNITS];
#pragma unroll
    for (int u = 0; u < UNITS; ++u) {
        lines[u] = weight + min(first + u, units - 1) * length; // beyond the last unit: it, again
        parts[u] = 0.0f;
    }
    const int whole = length / VEC * VEC;
    for (int k = 0; k < whole; k += VEC) {
        const floatv values = vloadv(0, row + k);
#pragma unroll
        for (int u = 0; u < UNITS; ++u)
            parts[u] += values * vloadv(0, lines[u] + k);
    }
#pragma unroll
    for (int u = 0; u < UNITS; ++u) {
        sums[u] = sum_of_lanes(parts[u]);
        for (int k = whole; k < length; ++k)
            sums[u] += row[k] * lines[u][k];
    }
}

#endif
