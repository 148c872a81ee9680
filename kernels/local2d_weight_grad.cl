// Gradient of a locally-connected layer's weight: for each weight a sum over the batch.
// grad (N, M, TY*SY, TX*SX), input (N, C, H, W) -> output (M, TY, TX, C, KY, KX, SY, SX)
// Global size (SY*SX, C*KY*KX, M*TY*TX): one work-item computes one weight's gradient.

#include "common.h"

__kernel void local2d_weight_grad(__global const float *grad, __global const float *input,
                                  __global float *output, int N, int C, int H, int W,
                                  int M, int TY, int TX, int KY, int KX, int SY, int SX,
                                  int stride_h, int stride_w)
{
    const int site = get_global_id(0), s = site / SX, r = site - s * SX;
    const int tap = get_global_id(1), c = tap / (KY * KX), ky = tap / KX - c * KY, kx = tap % KX;
    const int unit = get_global_id(2), m = unit / (TY * TX), t = unit / TX - m * TY;
    const int row = m * TY * SY + s * TY + t, column = r * TX + unit % TX;
    const int pixel = (c * H + s * stride_h + ky) * W + r * stride_w + kx;

    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        sum += grad[(n * M * TY * SY + row) * TX * SX + column] * input[n * C * H * W + pixel];
    output[output_index()] = sum;
}
