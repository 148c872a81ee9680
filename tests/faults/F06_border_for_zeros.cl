// F06: neighbours outside of the image clamped to its border instead of read as zeros.
// Only samples near the border and beyond it show that.

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
    const float y = pixel_coordinate(point.y, H, BORDER, align_corners);
    const float x = pixel_coordinate(point.x, W, BORDER, align_corners);
    output[output_index()] = sample_bilinear(plane, y, x, H, W);
}
