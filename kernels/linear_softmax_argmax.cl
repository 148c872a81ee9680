// A classifier's last step: linear layer, softmax over its units, index of the largest.
// input (rows, length), weight (units, length), bias (units) or NULL
// -> probabilities (rows, units) and output (rows), int
// Global size rows * lanes, local size lanes (a power of two): one work-group computes one row.
// Lane l owns the units l, l + lanes, ...: it alone writes and reads their probabilities, so only
// the reductions exchange data, through local memory of one float and one int per lane.

#include "common.h"
#include "reduction.h"

int group_argmax(float value, int index, __local float *values, __local int *indices)
{
    const int lane = get_local_id(0);
    values[lane] = value;
    indices[lane] = index;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_size = get_local_size(0) / 2; half_size > 0; half_size /= 2) {
        const int other = lane + half_size;
        if (lane < half_size && wins(values[other], indices[other], values[lane], indices[lane])) {
            values[lane] = values[other];
            indices[lane] = indices[other];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const int result = indices[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return result;
}

__kernel void linear_softmax_argmax(
    __global const float *input, __global const float *weight, __global const float *bias,
    __global float *probabilities, __global int *output, int length, int units,
    __local float *values, __local int *indices)
{
    const int row = get_group_id(0), lane = get_local_id(0), lanes = get_local_size(0);
    __global float *p = probabilities + row * units;

    // fmax may drop a NaN here: it comes back in the sum.
    float largest = -INFINITY;
    for (int unit = lane; unit < units; unit += lanes) {
        p[unit] = linear_at(input + row * length, weight, bias, unit, length);
        largest = fmax(largest, p[unit]);
    }
    largest = group_max(largest, values);

    float sum = 0.0f;
    for (int unit = lane; unit < units; unit += lanes) {
        p[unit] = exp(p[unit] - largest);
        sum += p[unit];
    }
    sum = group_sum(sum, values);

    // A lane without units loses against every probability.
    float best = -INFINITY;
    int best_unit = INT_MAX;
    for (int unit = lane; unit < units; unit += lanes) {
        p[unit] /= sum;
        if (wins(p[unit], unit, best, best_unit)) {
            best = p[unit];
            best_unit = unit;
        }
    }
    best_unit = group_argmax(best, best_unit, values, indices);
    if (lane == 0)
        output[row] = best_unit;
}
