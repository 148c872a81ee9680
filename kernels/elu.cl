// Exponential linear unit: x where x > 0, else alpha * (exp(x) - 1); NaN for NaN.
// input -> output, both of any shape. Global size: the number of elements.

#include "common.h"

__kernel void elu(__global const float *input, __global float *output, float alpha)
{
    const int i = output_index();
    output[i] = elu_at(input[i], alpha);
}
