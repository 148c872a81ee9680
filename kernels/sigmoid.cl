// Logistic sigmoid: 1 / (1 + exp(-x)), and NaN for NaN.
// input -> output, both of any shape. Global size: the number of elements.

#include "common.h"

__kernel void sigmoid(__global const float *input, __global float *output)
{
    const int i = output_index();
    // For negative x as exp(x) / (1 + exp(x)): exp(-x) may overflow.
    const float power = exp(-fabs(input[i]));
    output[i] = (input[i] >= 0.0f ? 1.0f : power) / (1.0f + power);
}
