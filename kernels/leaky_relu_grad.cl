// Gradient of the leaky rectifier: g where x > 0, else slope * g.
// grad, input -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void leaky_relu_grad(__global const float *grad, __global const float *input,
                              __global float *output, float slope)
{
    const int i = output_index();
    output[i] = input[i] > 0.0f ? grad[i] : slope * grad[i];
}
