// How many multiply-adds a device makes at most: nothing but those, in registers.
// -> y (work-items, VEC). Every work-item makes `rounds` times CHAINS vectors of VEC of them, each
// waiting for the one before it in its chain; work-groups of one work-item.

#include "common.h"
#include "vector.h"

#ifndef CHAINS
#define CHAINS 14 // as many as wait for nothing: 4 cycles of latency, 2 units, and registers enough
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void peak(__global float *y, int rounds,
                                                                  float a, float b)
{
    floatv x[CHAINS];
#pragma unroll
    for (int k = 0; k < CHAINS; ++k)
        x[k] = (floatv)((float)(get_global_id(0) + k));
    for (int round = 0; round < rounds; ++round) {
#pragma unroll
        for (int k = 0; k < CHAINS; ++k)
            x[k] = x[k] * a + b; // one expression, which compilers fuse
    }
    floatv sum = 0.0f;
#pragma unroll
    for (int k = 0; k < CHAINS; ++k)
        sum += x[k];
    vstorev(sum, get_global_id(0), y);
}
