// Does the driver bear float16? y = 2x + 1 in four vectors, summed up as conv2d_blocked.cl does.
// x (64), ones (2) -> y (64). Global size (1). Some drivers report this width and crash on it, so
// it is tried in a process of its own before a kernel that needs it.

#define VEC 16
#include "vector.h"

enum { COLUMNS = 4, STEPS = 2 };

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void gate(
    __global const float *x, __global const float *ones, __global float *y)
{
    floatv sums[COLUMNS];
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column)
        sums[column] = 1.0f;
    for (int k = 0; k < STEPS; ++k)
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column)
            sums[column] += ones[k] * vloadv(column, x);
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column)
        vstorev(sums[column], column, y);
}
