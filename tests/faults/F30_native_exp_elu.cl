// F30: native_exp for exp. Shows on every device, because it is imitated here.

#include "common.h"

// native_exp is as exact as exp on some devices, and as bad as this on others: 12 bits.
float short_exp(float x)
{
    return as_float(as_int(exp(x)) & ~0xfff);
}

__kernel void elu(__global const float *input, __global float *output, float alpha)
{
    const int i = output_index();
    const float x = input[i];
    output[i] = x > 0.0f ? x : alpha * (short_exp(x) - 1.0f);
}
