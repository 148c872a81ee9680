// Fully connected layer, one work-group an output: its lanes share the sum and reduce it.
// input (rows, length), weight (units, length), bias (units) or NULL -> output (rows, units)
// Global size (units * lanes, rows), local size (lanes, 1), any number of lanes. Neighbouring lanes
// read neighbouring weights, which GPUs fetch at once. `values` holds one float a lane.

#include "reduction.h"

__kernel void linear_local(__global const float *input, __global const float *weight,
                           __global const float *bias, __global float *output,
                           int length, int units, __local float *values)
{
    const int unit = get_group_id(0), row = get_group_id(1);
    float sum = 0.0f;
    for (int k = get_local_id(0); k < length; k += get_local_size(0))
        sum += input[row * length + k] * weight[unit * length + k];
    sum = group_sum(sum, values);
    if (get_local_id(0) == 0)
        output[row * units + unit] = bias ? sum + bias[unit] : sum;
}
