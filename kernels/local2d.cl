// Locally-connected layer: a convolution without padding whose filters differ from site to site.
// input (N, C, H, W), weight (M, TY, TX, C, KY, KX, SY, SX) -> output (N, M, TY*SY, TX*SX)
// Global size (TX*SX, TY*SY, N*M): one work-item computes one output element. Site (s, r) reads
// the window at (s * stride_h, r * stride_w) and owns a tile of TY x TX outputs, of which (t, q)
// is this one.

#include "common.h"

__kernel void local2d(__global const float *input, __global const float *weight,
                      __global float *output, int C, int H, int W,
                      int M, int TY, int TX, int KY, int KX, int SY, int SX,
                      int stride_h, int stride_w)
{
    const int z = get_global_id(2), n = z / M, m = z - n * M;
    const int oy = get_global_id(1), s = oy / TY, t = oy - s * TY;
    const int ox = get_global_id(0), r = ox / TX, q = ox - r * TX;
    const int sites = SY * SX;
    __global const float *window = input + (n * C * H + s * stride_h) * W + r * stride_w;
    __global const float *filter =
        weight + ((m * TY + t) * TX + q) * C * KY * KX * sites + s * SX + r;

    float sum = 0.0f;
    for (int c = 0; c < C; ++c)
        for (int ky = 0; ky < KY; ++ky)
            for (int kx = 0; kx < KX; ++kx)
                sum += window[(c * H + ky) * W + kx] * filter[((c * KY + ky) * KX + kx) * sites];
    output[output_index()] = sum;
}
