// Fully connected layer with ELU, on images: in C order, a flattened image is the image itself.
// input (N, ...) of `length` elements per n, weight (units, length), bias (units) or NULL
// -> output (N, units). Global size (units, N): one work-item computes one output element.

#include "common.h"

__kernel void flatten_linear_elu(__global const float *input, __global const float *weight,
                                 __global const float *bias, __global float *output,
                                 int length, float alpha)
{
    __global const float *row = input + get_global_id(1) * length;
    const float sum = linear_at(row, weight, bias, get_global_id(0), length);
    output[output_index()] = elu_at(sum, alpha);
}
