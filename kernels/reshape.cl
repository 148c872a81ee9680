// Another shape for the same values: in C order a copy.
// input of any shape -> output of another. Global size: the number of elements.

#include "common.h"

__kernel void reshape(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i];
}
