// Two-dimensional convolution (cross-correlation: the kernel is not flipped).
// input (N, C, H, W), weight (M, C/groups, KH, KW), bias (M) or NULL -> output (N, M, OH, OW)
// Global size (OW, OH, N*M): one work-item computes one output element.

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
    output[output_index()] =
        conv2d_at(&conv, input, weight, bias, n, m, get_global_id(1), get_global_id(0));
}
