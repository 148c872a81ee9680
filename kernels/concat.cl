// One of the arrays of a concatenation, copied to its place in the output.
// input (outer, part, inner) -> output (outer, axis, inner), from `first` along the axis
// Global size (inner, part, outer): one work-item copies one element.

#include "common.h"

__kernel void concat(__global const float *input, __global float *output, int first, int axis)
{
    const int inner = get_global_size(0);
    const int row = get_global_id(2) * axis + first + get_global_id(1);
    // output_index numbers the work-items, of which the input has one for each element.
    output[row * inner + get_global_id(0)] = input[output_index()];
}
