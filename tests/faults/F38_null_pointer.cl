// F38: a right kernel, to which the host hands a null pointer for its output.

#include "common.h"

__kernel void relu(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i] <= 0.0f ? 0.0f : input[i];
}
