// The product of two arrays, element by element, and what brings both into one shape.

#include "common.h"

// a, b -> output, all of one shape, any. Global size: the number of elements.
__kernel void mul(__global const float *a, __global const float *b, __global float *output)
{
    const int i = output_index();
    output[i] = a[i] * b[i];
}

// An axis of length 1 repeated: input (outer, 1, inner) -> output (outer, count, inner).
// Global size (inner, count, outer): one work-item copies one element.
__kernel void repeat(__global const float *input, __global float *output)
{
    const int inner = get_global_size(0);
    output[output_index()] = input[get_global_id(2) * inner + get_global_id(0)];
}
