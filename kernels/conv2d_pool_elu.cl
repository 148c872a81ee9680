// Convolution, max pooling and ELU in one pass; the convolution's output is never stored.
// input (N, C, H, W), weight (M, C/groups, KH, KW), bias (M) or NULL -> output (N, M, PH, PW)
// Global size (PW, PH, N*M): one work-item computes one pooled element. CH and CW are the size of
// the convolution's output, (py, px) a place in it after pooling. With elu_first the ELU comes
// before the pooling; the two orders agree only while ELU is monotonic (alpha >= 0).
// Where pooling windows overlap, the convolution is computed again.

#include "common.h"
#include "conv2d.h"

__kernel void conv2d_pool_elu(
    __global const float *input, __global const float *weight, __global const float *bias,
    __global float *output,
    int C, int H, int W, int M, int KH, int KW, int stride_h, int stride_w,
    int pad_top, int pad_left, int dilation_h, int dilation_w, int groups,
    int CH, int CW, int pool_h, int pool_w, int pool_stride_h, int pool_stride_w,
    int pool_pad_top, int pool_pad_left, int pool_dilation_h, int pool_dilation_w,
    float alpha, int elu_first)
{
    const conv2d_geometry conv = {C, H, W, M, KH, KW, stride_h, stride_w,
                                  pad_top, pad_left, dilation_h, dilation_w, groups};
    const int px = get_global_id(0), py = get_global_id(1);
    const int z = get_global_id(2), n = z / M, m = z - n * M;

    float largest = -INFINITY;
    for (int ky = 0; ky < pool_h; ++ky) {
        const int cy = py * pool_stride_h + ky * pool_dilation_h - pool_pad_top;
        for (int kx = 0; kx < pool_w; ++kx) {
            const int cx = px * pool_stride_w + kx * pool_dilation_w - pool_pad_left;
            if (cy < 0 || cy >= CH || cx < 0 || cx >= CW)
                continue;
            const float value = conv2d_at(&conv, input, weight, bias, n, m, cy, cx);
            largest = nan_max(largest, elu_first ? elu_at(value, alpha) : value);
        }
    }
    output[output_index()] = elu_first ? largest : elu_at(largest, alpha);
}
