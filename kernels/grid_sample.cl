// Samples images at grid points in normalised coordinates, as torch's grid_sample does.
// input (N, C, H, W), grid (N, OH, OW, 2) of (x, y) -> output (N, C, OH, OW)
// Global size (OW, OH, N*C): one work-item computes one output element. mode and padding_mode
// are numbered in sampling.h.

#include "common.h"
#include "sampling.h"

__kernel void grid_sample(__global const float *input, __global const float *grid,
                          __global float *output, int C, int H, int W,
                          int mode, int padding_mode, int align_corners)
{
    const int n = get_global_id(2) / C;
    const int row = n * get_global_size(1) + get_global_id(1);
    const float2 point = vload2(row * get_global_size(0) + get_global_id(0), grid);
    __global const float *plane = input + get_global_id(2) * H * W;
    output[output_index()] = sample(plane, point, H, W, mode, padding_mode, align_corners);
}
