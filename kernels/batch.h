// Products over a batch whose images lie side by side, LANES at a time: UNITS sums, each of LANES
// images, stay in registers, and every factor that the images share is read once.

#ifndef CLGOLD_BATCH_H
#define CLGOLD_BATCH_H

#include "vector.h"

#ifndef UNITS
#define UNITS 8 // sums of a work-item
#endif
#ifndef PARTS
#define PARTS 4 // vectors of VEC images
#endif
#define LANES (VEC * PARTS)

typedef floatv tile[UNITS][PARTS];

void clear_tile(tile sums)
{
#pragma unroll
    for (int u = 0; u < UNITS; ++u)
#pragma unroll
        for (int p = 0; p < PARTS; ++p)
            sums[u][p] = 0.0f;
}

// sums[u] += images * factors[u * step], for every image.
void add_products(tile sums, __global const float *images, __global const float *factors, int step)
{
    floatv values[PARTS];
#pragma unroll
    for (int p = 0; p < PARTS; ++p)
        values[p] = vloadv(p, images);
#pragma unroll
    for (int u = 0; u < UNITS; ++u)
#pragma unroll
        for (int p = 0; p < PARTS; ++p)
            sums[u][p] += factors[u * step] * values[p];
}

// Sum u to output[u * step] and its neighbours.
void store_tile(tile sums, __global float *output, int step)
{
#pragma unroll
    for (int u = 0; u < UNITS; ++u)
#pragma unroll
        for (int p = 0; p < PARTS; ++p)
            vstorev(sums[u][p], p, output + u * step);
}

#endif
