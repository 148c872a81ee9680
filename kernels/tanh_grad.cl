// Gradient of the hyperbolic tangent, from its result y: g * (1 - y * y).
// grad, result -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void tanh_grad(__global const float *grad, __global const float *result,
                        __global float *output)
{
    const int i = output_index();
    const float y = result[i];
    // As a product, which keeps its digits where y is near 1.
    output[i] = grad[i] * ((1.0f - y) * (1.0f + y));
}
