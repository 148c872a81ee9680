// Gradient of a fully connected layer's bias: for each output the sum over the batch.
// grad (N, O) -> output (O). Global size O.

#include "common.h"

__kernel void linear_bias_grad(__global const float *grad, __global float *output, int N)
{
    const int o = get_global_id(0), O = get_global_size(0);
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        sum += grad[n * O + o];
    output[o] = sum;
}
