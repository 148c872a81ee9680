// Fully connected layer: every row of the input times the transposed weight, plus bias.
// input (rows, length), weight (units, length), bias (units) or NULL -> output (rows, units)
// Global size (units, rows): one work-item computes one output element.

#include "common.h"

__kernel void linear(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output, int length)
{
    __global const float *row = input + get_global_id(1) * length;
    output[output_index()] = linear_at(row, weight, bias, get_global_id(0), length);
}
