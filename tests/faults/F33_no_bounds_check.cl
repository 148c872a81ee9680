// F33: the global size rounded up to whole work-groups, and no bounds check: written beyond the end.

#include "common.h"

__kernel void relu(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i] <= 0.0f ? 0.0f : input[i];
}
