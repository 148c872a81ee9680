// Gradient of scale_shift's input: grad times the one factor.
// grad of any shape, scale (1) -> output of grad's shape. Global size: the number of elements.

#include "common.h"

__kernel void scale_shift_input_grad(__global const float *grad, __global const float *scale,
                                     __global float *output)
{
    const int i = output_index();
    output[i] = scale[0] * grad[i];
}
