// Hyperbolic tangent.
// input -> output, both of any shape. Global size: the number of elements.

#include "common.h"

// tanh_layer, because tanh is OpenCL C's own function.
__kernel void tanh_layer(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = tanh(input[i]);
}
