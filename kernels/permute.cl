// Two neighbouring groups of axes exchanged, of which any order of axes can be made.
// input (outer, a, b, inner) -> output (outer, b, a, inner), with b given
// Global size (inner, a, outer * b): one work-item copies one element.

#include "common.h"

__kernel void permute(__global const float *input, __global float *output, int b)
{
    const int inner = get_global_size(0), a = get_global_size(1);
    const int outer = get_global_id(2) / b, column = get_global_id(2) % b;
    const int row = (outer * a + get_global_id(1)) * b + column;
    output[output_index()] = input[row * inner + get_global_id(0)];
}
