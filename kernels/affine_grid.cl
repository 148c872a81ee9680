// The sampling grid of an affine map, for grid_sample.
// theta (N, 2, 3) -> grid (N, H, W, 2), whose last axis is (x, y)
// Global size (W, H, N): one work-item computes one grid point.

#include "common.h"
#include "sampling.h"

__kernel void affine_grid(__global const float *theta, __global float *grid, int align_corners)
{
    const float x = base_coordinate(get_global_id(0), get_global_size(0), align_corners);
    const float y = base_coordinate(get_global_id(1), get_global_size(1), align_corners);
    vstore2(affine_point(theta + get_global_id(2) * 6, x, y), output_index(), grid);
}
