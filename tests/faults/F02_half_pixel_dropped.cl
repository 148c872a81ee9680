// F02: without align_corners, pixel = (coordinate + 1) * size / 2, and the - 0.5 forgotten: the
// image shifted by half a pixel.

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
    const float y = (point.y + 1.0f) * 0.5f * (align_corners ? H - 1 : H);
    const float x = (point.x + 1.0f) * 0.5f * (align_corners ? W - 1 : W);
    output[output_index()] = sample_bilinear(plane, y, x, H, W);
}
