// Gradient of dropout: grad * mask / (1 - p), where mask is 1 for what is kept and 0 for the rest.
// grad, mask -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void dropout_grad(__global const float *grad, __global const float *mask,
                           __global float *output, float p)
{
    const int i = output_index();
    output[i] = grad[i] * mask[i] / (1.0f - p);
}
