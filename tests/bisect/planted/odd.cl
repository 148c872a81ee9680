// Kernels with faults for odd.py, with a header of their own in another folder.

#include "common.h"
#include "parts/odd.h"

// (units, length) -> (length, units)
__kernel void transpose(__global const float *weight, __global float *columns)
{
    const size_t unit = get_global_id(0), k = get_global_id(1);
    columns[k * get_global_size(0) + unit] = weight[unit * get_global_size(1) + k];
}

__kernel void linear_columns(__global const float *input, __global const float *columns,
                             __global const float *bias, __global float *output, int length)
{
    const int unit = get_global_id(0), row = get_global_id(1), units = get_global_size(0);
    float sum = bias ? bias[unit] : 0.0f;
    for (int k = 0; k < SUMMED(length); ++k)
        sum += input[row * length + k] * columns[k * units + unit];
    output[row * units + unit] = sum;
}

// What comes before the activation is wrong, what comes after it is right.
__kernel void linear_elu(__global const float *input, __global const float *weight,
                         __global const float *bias, __global float *before,
                         __global float *after, int length, float alpha, float fault)
{
    const float sum = linear_at(input + get_global_id(1) * length, weight, bias,
                                get_global_id(0), length);
    before[output_index()] = sum + fault;
    after[output_index()] = elu_at(sum, alpha);
}

// The result depends on where the output stands in memory.
__kernel void relu(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i] + (float)((size_t)output % 1000003);
}
