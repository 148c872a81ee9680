// F05: the weights computed from neighbours that were clipped into the image first: in the last row
// and column both are the same pixel, and its weights cancel.

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
    const int top = (int)clamp(floor(y), 0.0f, H - 1.0f);
    const int left = (int)clamp(floor(x), 0.0f, W - 1.0f);
    const int bottom = (int)clamp(floor(y) + 1.0f, 0.0f, H - 1.0f);
    const int right = (int)clamp(floor(x) + 1.0f, 0.0f, W - 1.0f);
    output[output_index()] = plane[top * W + left] * (bottom - y) * (right - x)
                           + plane[top * W + right] * (bottom - y) * (x - left)
                           + plane[bottom * W + left] * (y - top) * (right - x)
                           + plane[bottom * W + right] * (y - top) * (x - left);
}
