// F36: the input overwritten in place, and then copied to the output.

#include "common.h"

__kernel void relu(__global float *input, __global float *output)
{
    const int i = output_index();
    input[i] = input[i] <= 0.0f ? 0.0f : input[i];
    output[i] = input[i];
}
