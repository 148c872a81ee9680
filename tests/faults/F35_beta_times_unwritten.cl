// F35: output = alpha * product + beta * output, as in a BLAS, with beta = 0 and the output never
// written: 0 times NaN is NaN.

#include "common.h"

__kernel void linear(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output, int length,
                     float alpha, float beta)
{
    const int i = output_index();
    __global const float *row = input + get_global_id(1) * length;
    const float product = linear_at(row, weight, bias, get_global_id(0), length);
    output[i] = alpha * product + beta * output[i];
}
