// F28: the sum kept in float16: 11 bits, and infinite past 65504.

#include "common.h"

// The nearest float16, infinite beyond 65504; vstore_half needs no extension.
float to_half(float value)
{
    ushort bits;
    vstore_half_rte(value, 0, (half *)&bits);
    return vload_half(0, (half *)&bits);
}

__kernel void linear(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output, int length)
{
    const int unit = get_global_id(0);
    __global const float *row = input + get_global_id(1) * length;
    float sum = 0.0f;
    for (int k = 0; k < length; ++k)
        sum = to_half(sum + row[k] * weight[unit * length + k]);
    output[output_index()] = bias ? sum + bias[unit] : sum;
}
