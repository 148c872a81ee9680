// Gradient of an affine map by its sampling grid: the sum of g * (x, y, 1) over the grid.
// grad (N, H, W, 2), whose last axis is (x, y) -> output (N, 2, 3)
// Global size (3, 2, N): one work-item adds up one element.

#include "common.h"
#include "sampling.h"

__kernel void affine_grid_grad(__global const float *grad, __global float *output, int H, int W,
                               int align_corners)
{
    const int column = get_global_id(0), row = get_global_id(1);
    __global const float *points = grad + get_global_id(2) * H * W * 2;

    float sum = 0.0f;
    for (int i = 0; i < H; ++i)
        for (int j = 0; j < W; ++j) {
            const float g = points[(i * W + j) * 2 + row];
            const float factor = column == 0   ? base_coordinate(j, W, align_corners)
                                 : column == 1 ? base_coordinate(i, H, align_corners)
                                               : 1.0f;
            sum += g * factor;
        }
    output[output_index()] = sum;
}
