// Softmax along one axis, one work-group a line: exp(x - max) / sum of exp(x - max).
// input (outer, axis, inner) -> output (outer, axis, inner)
// Global size (inner * lanes, outer), local size (lanes, 1), any number of lanes. Lane l owns the
// elements l, l + lanes, ...: it alone writes and reads them. `values` holds one float a lane.

#include "reduction.h"

__kernel void softmax_local(__global const float *input, __global float *output, int axis,
                            __local float *values)
{
    const int inner = get_num_groups(0), lane = get_local_id(0), lanes = get_local_size(0);
    const int first = get_group_id(1) * axis * inner + get_group_id(0);
    __global const float *line = input + first;
    __global float *powers = output + first;

    // fmax may drop a NaN here: it comes back in the sum.
    float largest = -INFINITY;
    for (int k = lane; k < axis; k += lanes)
        largest = fmax(largest, line[k * inner]);
    largest = group_max(largest, values);

    float sum = 0.0f;
    for (int k = lane; k < axis; k += lanes) {
        powers[k * inner] = exp(line[k * inner] - largest);
        sum += powers[k * inner];
    }
    sum = group_sum(sum, values);

    for (int k = lane; k < axis; k += lanes)
        powers[k * inner] /= sum;
}
