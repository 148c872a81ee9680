// Gradient of the one factor of scale_shift, by one work-group: its lanes share the sum.
// grad, input of `count` elements -> output (1). Global size = local size, any number of lanes.
// Neighbouring lanes read neighbouring elements. `values` holds one float a lane.

#include "reduction.h"

__kernel void scale_shift_scale_grad_local(__global const float *grad,
                                           __global const float *input, __global float *output,
                                           int count, __local float *values)
{
    float sum = 0.0f;
    for (int i = get_local_id(0); i < count; i += get_local_size(0))
        sum += grad[i] * input[i];
    sum = group_sum(sum, values);
    if (get_local_id(0) == 0)
        output[0] = sum;
}
