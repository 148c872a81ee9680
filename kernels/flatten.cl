// Flattening: in C order a copy.
// input (N, ...) -> output (N, rest). Global size: the number of elements.

#include "common.h"

__kernel void flatten(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i];
}
