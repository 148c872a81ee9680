// Logarithm of softmax along one axis: x - max - log(sum of exp(x - max)).
// input (outer, axis, inner) -> output (outer, axis, inner)
// Global size (inner, axis, outer): one work-item computes one output element, and for that the
// maximum and the sum of its whole line again.

#include "common.h"

__kernel void log_softmax(__global const float *input, __global float *output)
{
    const int inner = get_global_size(0), axis = get_global_size(1);
    __global const float *line = input + get_global_id(2) * axis * inner + get_global_id(0);

    // fmax may drop a NaN here: it comes back in the sum.
    float largest = -INFINITY;
    for (int k = 0; k < axis; ++k)
        largest = fmax(largest, line[k * inner]);

    float sum = 0.0f;
    for (int k = 0; k < axis; ++k)
        sum += exp(line[k * inner] - largest);

    const int i = output_index();
    output[i] = input[i] - largest - log(sum);
}
