// Gradient of the rectifier: g where x > 0, else 0; g for an x that is NaN.
// grad, input -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void relu_grad(__global const float *grad, __global const float *input,
                        __global float *output)
{
    const int i = output_index();
    output[i] = input[i] <= 0.0f ? 0.0f : grad[i];
}
