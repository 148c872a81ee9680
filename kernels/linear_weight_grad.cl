// Gradient of a fully connected layer's weight: for each weight a sum over the batch.
// grad (N, O), input (N, I) -> output (O, I). Global size (I, O).

#include "common.h"

__kernel void linear_weight_grad(__global const float *grad, __global const float *input,
                                 __global float *output, int N)
{
    const int i = get_global_id(0), I = get_global_size(0);
    const int o = get_global_id(1), O = get_global_size(1);
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        sum += grad[n * O + o] * input[n * I + i];
    output[output_index()] = sum;
}
