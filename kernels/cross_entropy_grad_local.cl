// Gradient of cross entropy, one work-group a row: (softmax(x) * sum of t - t) * grad / divisor.
// grad (), input, target (N, C) -> output (N, C). divisor is N for the mean, 1 for the sum.
// Global size (lanes, N), local size (lanes, 1), any number of lanes. Lane l owns the elements l,
// l + lanes, ...: it alone writes and reads them. `values` holds one float a lane.

#include "reduction.h"

__kernel void cross_entropy_grad_local(__global const float *grad, __global const float *input,
                                       __global const float *target, __global float *output,
                                       int C, float divisor, __local float *values)
{
    const int lane = get_local_id(0), lanes = get_local_size(0), row = get_group_id(1) * C;
    __global const float *x = input + row, *t = target + row;
    __global float *powers = output + row;

    // fmax may drop a NaN here: it comes back in the sum.
    float largest = -INFINITY;
    for (int c = lane; c < C; c += lanes)
        largest = fmax(largest, x[c]);
    largest = group_max(largest, values);

    float sum = 0.0f, total = 0.0f;
    for (int c = lane; c < C; c += lanes) {
        powers[c] = exp(x[c] - largest);
        sum += powers[c];
        total += t[c];
    }
    sum = group_sum(sum, values);
    total = group_sum(total, values);

    const float scale = grad[0] / divisor;
    for (int c = lane; c < C; c += lanes)
        powers[c] = (powers[c] / sum * total - t[c]) * scale;
}
