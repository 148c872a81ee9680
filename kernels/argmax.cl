// Index of the maximum along one axis: the first of equal maxima, and NaN counts as the largest.
// input (outer, axis, inner) -> output (outer, inner), int
// Global size (inner, outer): one work-item computes one output element.

#include "common.h"

__kernel void argmax(__global const float *input, __global int *output, int axis)
{
    const int inner = get_global_size(0);
    __global const float *line = input + get_global_id(1) * axis * inner + get_global_id(0);

    int best = 0;
    for (int k = 1; k < axis; ++k)
        if (wins(line[k * inner], k, line[best * inner], best))
            best = k;
    output[output_index()] = best;
}
