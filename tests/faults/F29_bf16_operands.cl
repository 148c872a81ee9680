// F29: the operands rounded to bf16.

#include "common.h"

// The nearest float with 7 bits of mantissa, ties to even.
float as_bf16(float value)
{
    const uint bits = as_uint(value);
    return as_float((bits + 0x7fff + (bits >> 16 & 1)) & ~0xffffu);
}

__kernel void linear(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output, int length)
{
    const int unit = get_global_id(0);
    __global const float *row = input + get_global_id(1) * length;
    float sum = 0.0f;
    for (int k = 0; k < length; ++k)
        sum += as_bf16(row[k]) * as_bf16(weight[unit * length + k]);
    output[output_index()] = bias ? sum + bias[unit] : sum;
}
