// F31: exp(x) - 1 with a fast exp: what is 2^-18 off 1 is most of the result just below 0.

#include "common.h"

// Single-precision exp as fast-math libraries make it: right to 18 bits, on every device.
float fast_exp(float x)
{
    return as_float(as_int(exp(x)) & ~0x3f);
}

__kernel void elu(__global const float *input, __global float *output, float alpha)
{
    const int i = output_index();
    const float x = input[i];
    output[i] = x > 0.0f ? x : alpha * (fast_exp(x) - 1.0f);
}
