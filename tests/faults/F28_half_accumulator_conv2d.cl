// F28: the sum kept in float16: 11 bits, and infinite past 65504.

#include "common.h"

// The nearest float16, infinite beyond 65504; vstore_half needs no extension.
float to_half(float value)
{
    ushort bits;
    vstore_half_rte(value, 0, (half *)&bits);
    return vload_half(0, (half *)&bits);
}

__kernel void conv2d(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output,
                     int C, int H, int W, int M, int KH, int KW,
                     int stride_h, int stride_w, int pad_top, int pad_left,
                     int dilation_h, int dilation_w, int groups)
{
    const int z = get_global_id(2), n = z / M, m = z - n * M;
    const int oy = get_global_id(1), ox = get_global_id(0);
    const int depth = C / groups, first = m / (M / groups) * depth;

    float sum = 0.0f;
    for (int c = 0; c < depth; ++c)
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx) {
                const int y = oy * stride_h + ky * dilation_h - pad_top;
                const int x = ox * stride_w + kx * dilation_w - pad_left;
                if (y >= 0 && y < H && x >= 0 && x < W)
                    sum = to_half(sum + input[((n * C + first + c) * H + y) * W + x]
                                      * weight[((m * depth + c) * KH + ky) * KW + kx]);
            }
    output[output_index()] = bias ? sum + bias[m] : sum;
}
