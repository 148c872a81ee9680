// Gradient of the one factor of scale_shift: the sum of all products of grad and input.
// grad, input of `count` elements -> output (1). Global size 1.

#include "common.h"

__kernel void scale_shift_scale_grad(__global const float *grad, __global const float *input,
                                     __global float *output, int count)
{
    float sum = 0.0f;
    for (int i = 0; i < count; ++i)
        sum += grad[i] * input[i];
    output[0] = sum;
}
