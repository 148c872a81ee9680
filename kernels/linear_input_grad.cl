// Gradient of a fully connected layer's input: every row of grad times the weight.
// grad (N, O), weight (O, I) -> output (N, I). Global size (I, N).

#include "common.h"

__kernel void linear_input_grad(__global const float *grad, __global const float *weight,
                                __global float *output, int O)
{
    const int i = get_global_id(0), I = get_global_size(0), n = get_global_id(1);
    float sum = 0.0f;
    for (int o = 0; o < O; ++o)
        sum += grad[n * O + o] * weight[o * I + i];
    output[output_index()] = sum;
}
