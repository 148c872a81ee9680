// Gradient of a locally-connected layer's input, vectorised over the batch: a work-item gathers
// UNITS channels of one pixel of LANES images, from every site whose window holds the pixel.
// grad (N/LANES, TY*SY, TX*SX, M, LANES), weight (SY, SX, TY, TX, KY, KX, C, M)
// -> output (N/LANES, H, W, C, LANES)
// Global size (C/UNITS, N/LANES, H*W); UNITS divides C.

#include "batch.h"

__kernel void local2d_input_grad_batch(__global const float *grad, __global const float *weight,
                                       __global float *output, int C, int H, int W, int M, int TY,
                                       int TX, int KY, int KX, int SY, int SX, int stride_h,
                                       int stride_w)
{
    const int c = get_global_id(0) * UNITS, block = get_global_id(1);
    const int y = get_global_id(2) / W, x = get_global_id(2) % W;
    const int top = y < KY ? 0 : (y - KY) / stride_h + 1, bottom = min(SY - 1, y / stride_h);
    const int left = x < KX ? 0 : (x - KX) / stride_w + 1, right = min(SX - 1, x / stride_w);

    tile sums;
    clear_tile(sums);
    for (int s = top; s <= bottom; ++s)
        for (int r = left; r <= right; ++r)
            for (int place = 0; place < TY * TX; ++place) {
                const int oy = s * TY + place / TX, ox = r * TX + place % TX;
                const int tap = (y - s * stride_h) * KX + x - r * stride_w;
                const int filters = (s * SX + r) * TY * TX + place;
                __global const float *g =
                    grad + (long)((block * SY * TY + oy) * SX * TX + ox) * M * LANES;
                __global const float *w = weight + ((long)(filters * KY * KX + tap) * C + c) * M;
                for (int m = 0; m < M; ++m, g += LANES, ++w)
                    add_products(sums, g, w, M);
            }
    store_tile(sums, output + ((long)((block * H + y) * W + x) * C + c) * LANES, LANES);
}
