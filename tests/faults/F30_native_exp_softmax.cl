// F30: native_exp for exp. Shows on every device, because it is imitated here.

#include "common.h"

// native_exp is as exact as exp on some devices, and as bad as this on others: 12 bits.
float short_exp(float x)
{
    return as_float(as_int(exp(x)) & ~0xfff);
}

__kernel void softmax(__global const float *input, __global float *output)
{
    const int inner = get_global_size(0), axis = get_global_size(1);
    __global const float *line = input + get_global_id(2) * axis * inner + get_global_id(0);

    float largest = -INFINITY;
    for (int k = 0; k < axis; ++k)
        largest = fmax(largest, line[k * inner]);

    float sum = 0.0f;
    for (int k = 0; k < axis; ++k)
        sum += short_exp(line[k * inner] - largest);
    const int i = output_index();
    output[i] = short_exp(input[i] - largest) / sum;
}
