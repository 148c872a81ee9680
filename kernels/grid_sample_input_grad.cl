// Gradient of the image that grid_sample reads: every pixel adds up what the points give it.
// grad (N, C, OH, OW), grid (N, OH, OW, 2) of (x, y) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item computes one output element, and for that looks at every
// point. mode and padding_mode are numbered in sampling.h.

#include "common.h"
#include "sampling.h"

__kernel void grid_sample_input_grad(__global const float *grad, __global const float *grid,
                                     __global float *output, int C, int OH, int OW,
                                     int mode, int padding_mode, int align_corners)
{
    const int W = get_global_size(0), H = get_global_size(1), points = OH * OW;
    __global const float *given = grad + get_global_id(2) * points;
    __global const float *places = grid + get_global_id(2) / C * points * 2;

    float sum = 0.0f;
    for (int k = 0; k < points; ++k) {
        const float2 point = vload2(k, places);
        const float x = pixel_coordinate(point.x, W, padding_mode, align_corners);
        const float y = pixel_coordinate(point.y, H, padding_mode, align_corners);
        const float weight = pixel_weight(x, get_global_id(0), mode)
                           * pixel_weight(y, get_global_id(1), mode);
        if (weight > 0.0f)
            sum += given[k] * weight;
    }
    output[output_index()] = sum;
}
