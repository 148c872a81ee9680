// Locally-connected layer, vectorised over the batch: a work-item computes UNITS maps of one place
// in a site's tile, of LANES images; each weight is read once for all of them.
// input (N/LANES, H, W, C, LANES), weight (SY, SX, TY, TX, KY, KX, C, M)
// -> output (N/LANES, TY*SY, TX*SX, M, LANES)
// Global size (M/UNITS * TY*TX, N/LANES, SY*SX); UNITS divides M.

#include "batch.h"

__kernel void local2d_batch(__global const float *input, __global const float *weight,
                            __global float *output, int C, int H, int W, int M, int TY, int TX,
                            int KY, int KX, int SY, int SX, int stride_h, int stride_w)
{
    const int place = get_global_id(0) / (M / UNITS), m = get_global_id(0) % (M / UNITS) * UNITS;
    const int block = get_global_id(1), site = get_global_id(2), s = site / SX, r = site % SX;
    const int row = KX * C;
    __global const float *w = weight + (long)(site * TY * TX + place) * KY * row * M + m;

    tile sums;
    clear_tile(sums);
    for (int ky = 0; ky < KY; ++ky) {
        const int top = block * H + s * stride_h + ky;
        __global const float *x = input + (long)(top * W + r * stride_w) * C * LANES;
        for (int k = 0; k < row; ++k, x += LANES, w += M)
            add_products(sums, x, w, 1);
    }
    const int oy = s * TY + place / TX, ox = r * TX + place % TX;
    store_tile(sums, output + ((long)((block * SY * TY + oy) * SX * TX + ox) * M + m) * LANES, LANES);
}
