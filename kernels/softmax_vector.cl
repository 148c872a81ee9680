// Softmax along the last axis, vectorised.
// input (lines, axis) -> output (lines, axis). Global size (lines): one work-item computes one line.

#include "common.h"
#include "softmax_row.h"

__kernel void softmax_vector(__global const float *input, __global float *output, int axis)
{
    const int start = get_global_id(0) * axis;
    softmax_row(input + start, output + start, axis);
}
