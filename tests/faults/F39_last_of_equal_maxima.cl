// F39: the last of equal maxima instead of the first. Shows in ties only.

#include "common.h"

__kernel void argmax(__global const float *input, __global int *output, int axis)
{
    const int inner = get_global_size(0);
    __global const float *line = input + get_global_id(1) * axis * inner + get_global_id(0);

    int best = 0;
    for (int k = 1; k < axis; ++k)
        if (line[k * inner] >= line[best * inner])
            best = k;
    output[output_index()] = best;
}
