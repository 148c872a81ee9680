// Gradient of a locally-connected layer's input, gathered: each pixel adds up what every site whose
// window holds it gives; 0 where there is none.
// grad (N, M, TY*SY, TX*SX), weight (M, TY, TX, C, KY, KX, SY, SX) -> output (N, C, H, W)
// Global size (W, H, N*C): one work-item computes one pixel's gradient.

#include "common.h"

__kernel void local2d_input_grad(__global const float *grad, __global const float *weight,
                                 __global float *output, int C, int M, int TY, int TX,
                                 int KY, int KX, int SY, int SX, int stride_h, int stride_w)
{
    const int z = get_global_id(2), n = z / C, c = z - n * C;
    const int y = get_global_id(1), x = get_global_id(0);
    const int top = y < KY ? 0 : (y - KY) / stride_h + 1, bottom = min(SY - 1, y / stride_h);
    const int left = x < KX ? 0 : (x - KX) / stride_w + 1, right = min(SX - 1, x / stride_w);

    float sum = 0.0f;
    for (int s = top; s <= bottom; ++s)
        for (int r = left; r <= right; ++r)
            for (int unit = 0; unit < M * TY * TX; ++unit) {
                const int m = unit / (TY * TX), t = unit / TX - m * TY, q = unit % TX;
                const int row = (n * M + m) * TY * SY + s * TY + t;
                const int tap = (unit * C + c) * KY + y - s * stride_h;
                sum += grad[row * TX * SX + r * TX + q] *
                       weight[((tap * KX + x - r * stride_w) * SY + s) * SX + r];
            }
    output[output_index()] = sum;
}
