// F38: an index that was never brought into range: 2^40 elements beyond the output.

#include "common.h"

__kernel void relu(__global const float *input, __global float *output)
{
    const size_t i = output_index();
    output[i + ((size_t)1 << 40)] = input[i] <= 0.0f ? 0.0f : input[i];
}
