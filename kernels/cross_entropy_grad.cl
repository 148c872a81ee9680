// Gradient of cross entropy: (softmax(x) * sum of t - t) * grad / divisor.
// grad (), input, target (N, C) -> output (N, C). divisor is N for the mean, 1 for the sum.
// Global size (C, N): one work-item computes one output element, and for that the maximum and the
// sums of its whole row again.

#include "common.h"

__kernel void cross_entropy_grad(__global const float *grad, __global const float *input,
                                 __global const float *target, __global float *output,
                                 float divisor)
{
    const int C = get_global_size(0), row = get_global_id(1) * C;
    __global const float *x = input + row, *t = target + row;

    // fmax may drop a NaN here: it comes back in the sum.
    float largest = -INFINITY;
    for (int c = 0; c < C; ++c)
        largest = fmax(largest, x[c]);

    float sum = 0.0f, total = 0.0f;
    for (int c = 0; c < C; ++c) {
        sum += exp(x[c] - largest);
        total += t[c];
    }

    const int i = output_index();
    output[i] = (exp(input[i] - largest) / sum * total - target[i]) * (grad[0] / divisor);
}
