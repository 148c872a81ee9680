// F16: the bias lost in the last output channel.

#include "common.h"
#include "conv2d.h"

__kernel void conv2d(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output,
                     int C, int H, int W, int M, int KH, int KW,
                     int stride_h, int stride_w, int pad_top, int pad_left,
                     int dilation_h, int dilation_w, int groups)
{
    const conv2d_geometry conv = {C, H, W, M, KH, KW, stride_h, stride_w,
                                  pad_top, pad_left, dilation_h, dilation_w, groups};
    const int z = get_global_id(2), n = z / M, m = z - n * M;
    __global const float *offsets = m < M - 1 ? bias : NULL;
    output[output_index()] =
        conv2d_at(&conv, input, weight, offsets, n, m, get_global_id(1), get_global_id(0));
}
