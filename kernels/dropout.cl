// Dropout with the mask given: input * mask / (1 - p), where mask is 1 for what is kept and 0 for the rest.
// input, mask -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void dropout(__global const float *input, __global const float *mask,
                      __global float *output, float p)
{
    const int i = output_index();
    output[i] = input[i] * mask[i] / (1.0f - p);
}
