// Filters in blocks of VEC, their input channels in blocks of IN_BLOCK, for convolutions that keep
// blocks of outputs in registers.

#ifndef CLGOLD_PACK_FILTERS_H
#define CLGOLD_PACK_FILTERS_H

#include "common.h"
#include "vector.h"

#ifndef IN_BLOCK
#define IN_BLOCK VEC // input channels in a block; fewer where the input has fewer
#endif

// weight (M, C, KH, KW) -> packed (blocks of M, blocks of C, KH*KW, IN_BLOCK, VEC), with zeros in
// place of what the last blocks lack. Global size (KH*KW, blocks of C, blocks of M).
__kernel void pack_weight(__global const float *weight, __global float *packed, int M, int C)
{
    const int taps = get_global_size(0), tap = get_global_id(0);
    const int first_c = get_global_id(1) * IN_BLOCK, first_m = get_global_id(2) * VEC;
    __global float *block = packed + output_index() * IN_BLOCK * VEC;

    for (int i = 0; i < IN_BLOCK; ++i)
        for (int lane = 0; lane < VEC; ++lane) {
            const int c = first_c + i, m = first_m + lane;
            block[i * VEC + lane] = c < C && m < M ? weight[(m * C + c) * taps + tap] : 0.0f;
        }
}

#endif
