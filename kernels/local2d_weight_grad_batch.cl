// Gradient of a locally-connected layer's weight, a sum over the images: a work-item computes, of one
// place in a site's tile, UNITS weights of a window's row times LANES maps.
// grad (N, TY*SY, TX*SX, M), input (N, H, W, C) -> output (SY, SX, TY, TX, KY, KX, C, M)
// Global size (KX*C/UNITS * M/(LANES), KY, SY*SX*TY*TX); UNITS divides KX*C, LANES M.

#include "batch.h"

__kernel void local2d_weight_grad_batch(__global const float *grad, __global const float *input,
                                        __global float *output, int N, int C, int H, int W, int M,
                                        int TY, int TX, int KX, int SY, int SX, int stride_h,
                                        int stride_w)
{
    const int row = KX * C, k = get_global_id(0) % (row / UNITS) * UNITS;
    const int m = get_global_id(0) / (row / UNITS) * LANES, ky = get_global_id(1);
    const int filters = get_global_id(2), site = filters / (TY * TX), place = filters % (TY * TX);
    const int s = site / SX, r = site % SX, height = SY * TY, width = SX * TX;
    const int unit = (s * TY + place / TX) * width + r * TX + place % TX;
    const int pixel = (s * stride_h + ky) * W + r * stride_w;

    tile sums;
    clear_tile(sums);
    for (int n = 0; n < N; ++n)
        add_products(sums, grad + (long)(n * height * width + unit) * M + m,
                     input + (long)(n * H * W + pixel) * C + k, 1);
    __global float *weights = output + ((long)(filters * get_global_size(1) + ky) * row + k) * M + m;
    store_tile(sums, weights, M);
}
