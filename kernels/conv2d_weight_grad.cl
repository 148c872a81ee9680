// Gradient of a convolution's weight: for each weight a sum over all images and places.
// grad (N, M, OH, OW), input (N, C, H, W) -> output (M, C/groups, KH, KW)
// Global size (KH*KW, C/groups, M): one work-item computes one weight's gradient.

#include "common.h"

__kernel void conv2d_weight_grad(__global const float *grad, __global const float *input,
                                 __global float *output, int N, int C, int H, int W,
                                 int OH, int OW, int KW, int stride_h, int stride_w,
                                 int pad_top, int pad_left, int dilation_h, int dilation_w,
                                 int groups)
{
    const int M = get_global_size(2), m = get_global_id(2), depth = get_global_size(1);
    const int c = m / (M / groups) * depth + get_global_id(1);
    const int ky = get_global_id(0) / KW, kx = get_global_id(0) % KW;
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int oy = 0; oy < OH; ++oy)
            for (int ox = 0; ox < OW; ++ox) {
                const int y = oy * stride_h + ky * dilation_h - pad_top;
                const int x = ox * stride_w + kx * dilation_w - pad_left;
                if (y >= 0 && y < H && x >= 0 && x < W)
                    sum += grad[((n * M + m) * OH + oy) * OW + ox] *
                           input[((n * C + c) * H + y) * W + x];
            }
    output[output_index()] = sum;
}
