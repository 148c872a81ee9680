// Cross entropy of a softmax with the right classes' probabilities, in two steps.

#include "common.h"

// Each image's loss: the sum of target * (log of the sum of exp(x - max) - (x - max)).
// input, target (N, C) -> losses (N). Global size (N): one work-item computes one image's loss.
__kernel void cross_entropy_losses(__global const float *input, __global const float *target,
                                   __global float *losses, int C)
{
    const int n = get_global_id(0);
    __global const float *x = input + n * C, *t = target + n * C;

    // fmax may drop a NaN here: it comes back in the sum.
    float largest = -INFINITY;
    for (int c = 0; c < C; ++c)
        largest = fmax(largest, x[c]);

    float sum = 0.0f;
    for (int c = 0; c < C; ++c)
        sum += exp(x[c] - largest);

    const float logarithm = log(sum);
    float loss = 0.0f;
    for (int c = 0; c < C; ++c)
        loss += t[c] * (logarithm - (x[c] - largest));
    losses[n] = loss;
}

// losses (N) -> output (): their sum over divisor, N for the mean and 1 for the sum.
// Global size (1): one work-item adds them all.
__kernel void cross_entropy_total(__global const float *losses, __global float *output, int N,
                                  float divisor)
{
    float total = 0.0f;
    for (int n = 0; n < N; ++n)
        total += losses[n];
    output[0] = total / divisor;
}
