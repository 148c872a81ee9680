// F34: no barrier between reading the maximum and reusing its memory for the sums: lanes that are
// late take a sum for the maximum.
// input (rows, length) -> output (rows, length). One work-group computes one row.

#include "common.h"

__kernel void softmax(__global const float *input, __global float *output, int length,
                      __local float *values)
{
    const int lane = get_local_id(0), lanes = get_local_size(0);
    const int first = get_group_id(0) * length, end = first + length;

    float largest = -INFINITY;
    for (int i = first + lane; i < end; i += lanes)
        largest = fmax(largest, input[i]);
    values[lane] = largest;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0)
        for (int k = 1; k < lanes; ++k)
            values[0] = fmax(values[0], values[k]);
    barrier(CLK_LOCAL_MEM_FENCE);
    largest = values[0];

    float sum = 0.0f;
    for (int i = first + lane; i < end; i += lanes)
        sum += exp(input[i] - largest);
    values[lane] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    sum = 0.0f;
    for (int k = 0; k < lanes; ++k)
        sum += values[k];
    for (int i = first + lane; i < end; i += lanes)
        output[i] = exp(input[i] - largest) / sum;
}
