// Local response normalisation across channels in blocks of them, NCHW16c to NCHW16c (or 8c):
// x / (k + alpha/size * sum of x^2)^beta, the sum over `size` channels from c - size/2, at most VEC
// of them before c and VEC behind it. Lanes behind the last channel hold 0, as channels beyond the
// first and the last count.
// input (N, blocks of C, inner, VEC) -> output (N, blocks of C, inner, VEC)
// Global size (inner, blocks of C, N): one work-item computes one block at one place.

#include "power.h"

__kernel void local_response_norm_blocks(__global const float *input, __global float *output,
                                         int C, int size, float alpha, float beta, float k)
{
    const int inner = get_global_size(0), blocks = get_global_size(1), block = get_global_id(1);
    const int row = get_global_id(2) * blocks + block;
    __global const float *values = input + (row * inner + get_global_id(0)) * VEC;

    float squares[3 * VEC]; // of the block before, this one and the next
    for (int b = -1; b <= 1; ++b) {
        const int there = block + b >= 0 && block + b < blocks;
        const floatv x = there ? vloadv(b * inner, values) : (floatv)0.0f;
        vstorev(x * x, b + 1, squares);
    }
    floatv sum = 0.0f;
    for (int c = 0; c < size; ++c)
        sum += vloadv(0, squares + VEC - size / 2 + c);
    const floatv x = vloadv(0, values);
    __global float *result = output + (row * inner + get_global_id(0)) * VEC;
    vstorev(x / power_of(k + alpha / size * sum, beta), 0, result);
    for (int lane = C - block * VEC; lane < VEC; ++lane)
        result[lane] = 0.0f;
}
