// F01: the grid built with one align_corners, the sampler undoes the other: an error that grows
// from 0 at the image's centre.

#include "common.h"
#include "sampling.h"

__kernel void affine_grid_sample(__global const float *theta, __global const float *input,
                                 __global float *output, int C, int H, int W,
                                 int grid_align_corners, int mode, int padding_mode,
                                 int align_corners)
{
    const int n = get_global_id(2) / C;
    const float x = base_coordinate(get_global_id(0), get_global_size(0), grid_align_corners);
    const float y = base_coordinate(get_global_id(1), get_global_size(1), grid_align_corners);
    const float2 point = affine_point(theta + n * 6, x, y);
    __global const float *plane = input + get_global_id(2) * H * W;
    output[output_index()] = sample(plane, point, H, W, mode, padding_mode, !align_corners);
}
