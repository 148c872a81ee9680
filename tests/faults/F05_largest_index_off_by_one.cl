// F05: the largest index off by one: the last row and column count as outside of the image.

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
    const float y = pixel_coordinate(point.y, H, padding_mode, align_corners);
    const float x = pixel_coordinate(point.x, W, padding_mode, align_corners);
    const int inside = y < H - 1 && x < W - 1;
    output[output_index()] = inside ? sample_bilinear(plane, y, x, H, W) : 0.0f;
}
