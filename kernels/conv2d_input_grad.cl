// Gradient of a convolution's input, gathered: each pixel adds up what the outputs that read it give.
// grad (N, M, OH, OW), weight (M, C/groups, KH, KW) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item computes one pixel's gradient.

#include "common.h"

__kernel void conv2d_input_grad(__global const float *grad, __global const float *weight,
                                __global float *output, int C, int M, int OH, int OW,
                                int KH, int KW, int stride_h, int stride_w,
                                int pad_top, int pad_left, int dilation_h, int dilation_w,
                                int groups)
{
    const int z = get_global_id(2), n = z / C, c = z - n * C;
    const int depth = C / groups, filters = M / groups, first = c / depth * filters;
    float sum = 0.0f;
    for (int m = first; m < first + filters; ++m)
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx) {
                const int y = get_global_id(1) + pad_top - ky * dilation_h, oy = y / stride_h;
                const int x = get_global_id(0) + pad_left - kx * dilation_w, ox = x / stride_w;
                if (y >= 0 && x >= 0 && oy * stride_h == y && ox * stride_w == x && oy < OH &&
                    ox < OW)
                    sum += grad[((n * M + m) * OH + oy) * OW + ox] *
                           weight[((m * depth + c % depth) * KH + ky) * KW + kx];
            }
    output[output_index()] = sum;
}
