// Leaky rectifier: x where x > 0, else slope * x; NaN for NaN.
// input -> output, both of any shape. Global size: the number of elements.

#include "common.h"

__kernel void leaky_relu(__global const float *input, __global float *output, float slope)
{
    const int i = output_index();
    output[i] = input[i] > 0.0f ? input[i] : slope * input[i];
}
