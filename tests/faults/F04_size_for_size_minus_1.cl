// F04: under align_corners, coordinates divided by W and H instead of W - 1 and H - 1: the image
// comes out too large.

#include "common.h"
#include "sampling.h"

float coordinate(int i, int size, int align_corners)
{
    return align_corners ? 2.0f * i / size - 1.0f : base_coordinate(i, size, 0);
}

__kernel void affine_grid(__global const float *theta, __global float *grid, int align_corners)
{
    const float x = coordinate(get_global_id(0), get_global_size(0), align_corners);
    const float y = coordinate(get_global_id(1), get_global_size(1), align_corners);
    vstore2(affine_point(theta + get_global_id(2) * 6, x, y), output_index(), grid);
}
