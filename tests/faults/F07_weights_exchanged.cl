// F07: a weight and 1 minus it exchanged, so that the near pixel gets the far one's: right halfway
// between two pixels only.

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
    output[output_index()] = 0.0f;
    // NaN and far coordinates do not fit into an int.
    if (!(y > -1.0f && y < H && x > -1.0f && x < W))
        return;
    const int top = (int)floor(y), left = (int)floor(x);
    const float below = y - top, right = x - left;
    output[output_index()] = pixel_or_zero(plane, top, left, H, W) * below * right
                           + pixel_or_zero(plane, top, left + 1, H, W) * below * (1.0f - right)
                           + pixel_or_zero(plane, top + 1, left, H, W) * (1.0f - below) * right
                           + pixel_or_zero(plane, top + 1, left + 1, H, W) * (1.0f - below)
                                 * (1.0f - right);
}
