// Gradient of power-average pooling: the sum of grad * scale * (x / y)^(p - 1) over the windows that
// see a pixel, y being what lp_pool2d gave. A window whose y is 0 gives nothing; one of ceil_mode that
// overhangs has the scale of lp_pool2d.cl. power is p - 1.
// grad, result (N, C, OH, OW), input (N, C, H, W) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item adds up one pixel's shares.

#include "common.h"
#include "pool_grad.h"

float to_the(float x, float power)
{
    return power == 0.0f ? 1.0f : power == 1.0f ? x : pow(x, power);
}

__kernel void lp_pool2d_grad(__global const float *grad, __global const float *input,
                             __global const float *result, __global float *output, int OH, int OW,
                             int KH, int KW, int stride_h, int stride_w, float power)
{
    const int x = get_global_id(0), y = get_global_id(1);
    const int W = get_global_size(0), H = get_global_size(1), first = get_global_id(2) * OH * OW;
    const float own = input[output_index()];

    float sum = 0.0f;
    for (int ky = 0; ky < KH; ++ky)
        for (int kx = 0; kx < KW; ++kx) {
            const int oy = window_of(y, ky, stride_h, OH), ox = window_of(x, kx, stride_w, OW);
            if (oy < 0 || ox < 0 || result[first + oy * OW + ox] == 0.0f)
                continue;
            const int rows = min(KH, H - oy * stride_h), columns = min(KW, W - ox * stride_w);
            const float scale = (float)(KH * KW) / (rows * columns);
            const float ratio = own / result[first + oy * OW + ox];
            sum += grad[first + oy * OW + ox] * scale * to_the(ratio, power);
        }
    output[output_index()] = sum;
}
