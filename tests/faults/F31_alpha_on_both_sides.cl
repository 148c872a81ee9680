// F31: alpha applied to the positive side too: right while alpha is 1.

#include "common.h"

__kernel void elu(__global const float *input, __global float *output, float alpha)
{
    const int i = output_index();
    const float x = input[i];
    output[i] = alpha * (x > 0.0f ? x : expm1(x));
}
