// Softmax of one row, vectorised: exp(x - max) / sum of exp(x - max).

#ifndef CLGOLD_SOFTMAX_ROW_H
#define CLGOLD_SOFTMAX_ROW_H

#include "vector.h"

// row (axis) -> powers (axis), which may be the same memory. Each exponential is computed once, VEC
// elements at a time; a last vector that is not full is filled up with -inf, whose exponential is 0.
void softmax_row(__global const float *row, __global float *powers, int axis)
{
    // fmax may drop a NaN here: it comes back in the sum.
    floatv highest = -INFINITY;
    for (int k = 0; k < axis; k += VEC)
        highest = fmax(highest, load_row(row, k, 1, axis, -INFINITY));
    const float largest = max_of_lanes(highest);

    floatv sums = 0.0f;
    for (int k = 0; k < axis; k += VEC) {
        const floatv values = exp(load_row(row, k, 1, axis, -INFINITY) - largest);
        sums += values;
        store_row(values, powers, k, axis);
    }
    const float sum = sum_of_lanes(sums);

    for (int k = 0; k < axis; k += VEC)
        store_row(load_row(powers, k, 1, axis, 0.0f) / sum, powers, k, axis);
}

#endif
