// Rectifier: max(x, 0), and NaN for NaN, as in torch.
// input -> output, both of any shape. Global size: the number of elements.

#include "common.h"

__kernel void relu(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i] <= 0.0f ? 0.0f : input[i];
}
