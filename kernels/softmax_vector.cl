// Softmax along the last axis, vectorised: exp(x - max) / sum of exp(x - max).
// input (lines, axis) -> output (lines, axis)
// Global size (lines): one work-item computes one line, each exponential once, VEC elements at a
// time; a last vector that is not full is filled up with -inf, whose exponential is 0.

#include "common.h"
#include "vector.h"

__kernel void softmax_vector(__global const float *input, __global float *output, int axis)
{
    __global const float *line = input + get_global_id(0) * axis;
    __global float *powers = output + get_global_id(0) * axis;

    // fmax may drop a NaN here: it comes back in the sum.
    floatv highest = -INFINITY;
    for (int k = 0; k < axis; k += VEC)
        highest = fmax(highest, load_row(line, k, 1, axis, -INFINITY));
    const float largest = max_of_lanes(highest);

    floatv sums = 0.0f;
    for (int k = 0; k < axis; k += VEC) {
        const floatv values = exp(load_row(line, k, 1, axis, -INFINITY) - largest);
        sums += values;
        store_row(values, powers, k, axis);
    }
    const float sum = sum_of_lanes(sums);

    for (int k = 0; k < axis; k += VEC)
        store_row(load_row(powers, k, 1, axis, 0.0f) / sum, powers, k, axis);
}
