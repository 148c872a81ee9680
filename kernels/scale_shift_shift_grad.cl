// Gradient of scale_shift's offsets: for each unit the sum over the batch.
// grad (N, units) -> output (units). Global size: the number of units.

#include "common.h"

__kernel void scale_shift_shift_grad(__global const float *grad, __global float *output, int N)
{
    const int unit = output_index(), units = get_global_size(0);
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        sum += grad[n * units + unit];
    output[unit] = sum;
}
