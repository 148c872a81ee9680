// What every sum starts at: 0, whatever the array holds.
// input -> output, both of any shape. Global size: the number of elements.

#include "common.h"

__kernel void set_zero(__global const float *input, __global float *output)
{
    output[output_index()] = 0.0f;
}
