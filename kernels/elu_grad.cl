// Gradient of the exponential linear unit: g where x > 0, else g * alpha * exp(x).
// With is_result, input is y, what elu gave: then g * (y + alpha) in place of the second.
// grad, input -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void elu_grad(__global const float *grad, __global const float *input,
                       __global float *output, float alpha, int is_result)
{
    const int i = output_index();
    const float x = input[i], slope = is_result ? x + alpha : alpha * exp(x);
    output[i] = x > 0.0f ? grad[i] : grad[i] * slope;
}
