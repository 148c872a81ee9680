// F03: theta applied to (y, x, 1) instead of (x, y, 1): a transposed image, which nobody sees while
// theta is symmetric and the image square.

#include "common.h"
#include "sampling.h"

__kernel void affine_grid(__global const float *theta, __global float *grid, int align_corners)
{
    const float x = base_coordinate(get_global_id(0), get_global_size(0), align_corners);
    const float y = base_coordinate(get_global_id(1), get_global_size(1), align_corners);
    vstore2(affine_point(theta + get_global_id(2) * 6, y, x), output_index(), grid);
}
