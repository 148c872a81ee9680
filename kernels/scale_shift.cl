// One factor for all and one offset for each unit: scale * x + shift.
// input (N, units), scale (1), shift (units) -> output (N, units)
// Global size (units, N): one work-item computes one output element.

#include "common.h"

__kernel void scale_shift(__global const float *input, __global const float *scale,
                          __global const float *shift, __global float *output)
{
    const int i = output_index();
    output[i] = scale[0] * input[i] + shift[get_global_id(0)];
}
