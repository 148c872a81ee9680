// F32: the window one channel too short on the right. Right in the last
// channels, whose windows overhang.

#include "common.h"

__kernel void local_response_norm(__global const float *input, __global float *output,
                                  int size, float alpha, float beta, float k)
{
    const int inner = get_global_size(0), C = get_global_size(1);
    __global const float *line = input + get_global_id(2) * C * inner + get_global_id(0);
    const int first = (int)get_global_id(1) - size / 2;

    float sum = 0.0f;
    for (int c = max(first, 0); c < min(first + size - 1, C); ++c)
        sum += line[c * inner] * line[c * inner];

    const int i = output_index();
    output[i] = input[i] / pow(k + alpha / size * sum, beta);
}
