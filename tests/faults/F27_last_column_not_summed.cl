// F27: the last column left out of the sum.

#include "common.h"

__kernel void softmax(__global const float *input, __global float *output)
{
    const int inner = get_global_size(0), axis = get_global_size(1);
    __global const float *line = input + get_global_id(2) * axis * inner + get_global_id(0);

    float largest = -INFINITY;
    for (int k = 0; k < axis; ++k)
        largest = fmax(largest, line[k * inner]);

    float sum = 0.0f;
    for (int k = 0; k < axis - 1; ++k)
        sum += exp(line[k * inner] - largest);
    const int i = output_index();
    output[i] = exp(input[i] - largest) / sum;
}
