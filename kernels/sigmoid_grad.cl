// Gradient of the logistic sigmoid, from its result y: g * y * (1 - y).
// grad, result -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void sigmoid_grad(__global const float *grad, __global const float *result,
                           __global float *output)
{
    const int i = output_index();
    output[i] = grad[i] * (result[i] * (1.0f - result[i]));
}
