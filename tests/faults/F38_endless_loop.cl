// F38: an endless loop: the host's step, elements / 1024, is 0.

#include "common.h"

__kernel void relu(__global const float *input, volatile __global float *output,
                   int length, int step)
{
    // volatile: a compiler may otherwise drop a loop without an effect.
    for (int i = output_index(); i < length; i += step)
        output[i] = input[i] <= 0.0f ? 0.0f : input[i];
}
