// Gradient of softmax along one axis, one work-group a line: y * (g - sum of g * y), y its result.
// grad, result (outer, axis, inner) -> output (outer, axis, inner)
// Global size (inner * lanes, outer), local size (lanes, 1), any number of lanes. Lane l owns the
// elements l, l + lanes, ... `values` holds one float a lane.

#include "reduction.h"

__kernel void softmax_grad_local(__global const float *grad, __global const float *result,
                                 __global float *output, int axis, __local float *values)
{
    const int inner = get_num_groups(0), lane = get_local_id(0), lanes = get_local_size(0);
    const int first = get_group_id(1) * axis * inner + get_group_id(0);

    float sum = 0.0f;
    for (int k = lane; k < axis; k += lanes)
        sum += grad[first + k * inner] * result[first + k * inner];
    sum = group_sum(sum, values);

    for (int k = lane; k < axis; k += lanes) {
        const int i = first + k * inner;
        output[i] = result[i] * (grad[i] - sum);
    }
}
