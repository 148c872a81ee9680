// Gradient of softmax along one axis, from its result y: y * (g - sum of g * y).
// grad, result (outer, axis, inner) -> output (outer, axis, inner)
// Global size (inner, axis, outer): one work-item computes one output element, and for that the
// sum over its whole line again.

#include "common.h"

__kernel void softmax_grad(__global const float *grad, __global const float *result,
                           __global float *output)
{
    const int inner = get_global_size(0), axis = get_global_size(1);
    const int first = get_global_id(2) * axis * inner + get_global_id(0);

    float sum = 0.0f;
    for (int k = 0; k < axis; ++k)
        sum += grad[first + k * inner] * result[first + k * inner];

    const int i = output_index();
    output[i] = result[i] * (grad[i] - sum);
}
