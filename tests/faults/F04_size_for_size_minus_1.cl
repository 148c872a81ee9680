// F04: under align_corners, coordinates divided by W and H instead of W - 1 and H - 1: the image
// comes out too large.

#include "common.h"
#include "sampling.h"

__kernel void affine_grid(__global const float *theta, __global float *grid, int align_corners)
{
    float x = base_coordinate(get_global_id(0), get_global_size(0), false);
    float y = base_coordinate(get_global_id(1), get_global_size(1), false);
    if (align_corners) {
        x = 2.0f * get_global_id(0) / get_global_size(0) - 1.0f;
        y = 2.0f * get_global_id(1) / get_global_size(1) - 1.0f;
    }
    vstore2(affine_point(theta + get_global_id(2) * 6, x, y), output_index(), grid);
}
