// Gradient of the points at which grid_sample reads: how the image changes there.
// grad (N, C, OH, OW), input (N, C, H, W), grid (N, OH, OW, 2) of (x, y) -> output (N, OH, OW, 2)
// Global size (2, OW, N*OH): one work-item computes one output element. mode and padding_mode are
// numbered in sampling.h.

#include "common.h"
#include "sampling.h"

__kernel void grid_sample_grid_grad(__global const float *grad, __global const float *input,
                                    __global const float *grid, __global float *output,
                                    int C, int H, int W, int OH,
                                    int mode, int padding_mode, int align_corners)
{
    const int j = get_global_id(1), n = get_global_id(2) / OH, i = get_global_id(2) % OH;
    const int along_x = get_global_id(0) == 0, OW = get_global_size(1);
    const float2 point = vload2((n * OH + i) * OW + j, grid);
    const float x = pixel_coordinate(point.x, W, padding_mode, align_corners);
    const float y = pixel_coordinate(point.y, H, padding_mode, align_corners);

    float sum = 0.0f;
    if (mode == BILINEAR && y > -1.0f && y < H && x > -1.0f && x < W) {
        const int top = (int)floor(y), left = (int)floor(x);
        const float below = y - top, right = x - left;
        for (int c = 0; c < C; ++c) {
            __global const float *plane = input + (n * C + c) * H * W;
            const float p = pixel_or_zero(plane, top, left, H, W);
            const float q = pixel_or_zero(plane, top, left + 1, H, W);
            const float r = pixel_or_zero(plane, top + 1, left, H, W);
            const float s = pixel_or_zero(plane, top + 1, left + 1, H, W);
            const float steepness = along_x ? (q - p) * (1.0f - below) + (s - r) * below
                                            : (r - p) * (1.0f - right) + (s - q) * right;
            sum += grad[((n * C + c) * OH + i) * OW + j] * steepness;
        }
    }
    output[output_index()] = sum * (along_x ? pixel_slope(point.x, W, padding_mode, align_corners)
                                            : pixel_slope(point.y, H, padding_mode, align_corners));
}
