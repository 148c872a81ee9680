// Winograd's convolution F(TILE x TILE, 3x3) in blocks of channels, NCHW16c to NCHW16c (or 8c).
// Y = A^T [sum over c of (G g G^T) * (B^T d B)] A, for stride 1, no dilation, no groups. For shallow
// layers: one work-item takes CHUNK tiles all the way, and keeps their points in local memory, which
// on a CPU is its own cache. Lanes behind the last channel hold 0, in the input and in the output.

#define PIXELS __local // in which memory the tiles' points stand

#include "winograd_tile.h"

// input (N, in_blocks, H, W, VEC), filters (filter_points), bias (M) or NULL -> output
// (N, out_blocks, OH, OW, VEC), of N*TH*TW = `tiles` tiles. Local: points (POINTS, in_blocks, CHUNK,
// VEC), products (BLOCKS, POINTS, CHUNK, VEC). Global size (tiles/CHUNK rounded up).
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void winograd_chunk(
    __global const float *input, __global const float *filters, __global const float *bias,
    __global float *output, __local float *points, __local float *products, int in_blocks,
    int out_blocks, int M, int H, int W, int TH, int TW, int OH, int OW, int pad_top, int pad_left,
    int tiles)
{
    const int first = get_global_id(0) * CHUNK;
    for (int t = 0; t < CHUNK; ++t) {
        const winograd_place at = place_of(min(first + t, tiles - 1), TH, TW); // the last one, again
        for (int c = 0; c < in_blocks; ++c) {
            floatv d[POINTS];
            read_tile(input + (at.n * in_blocks + c) * H * W * VEC, at.y - pad_top,
                      at.x - pad_left, H, W, d);
#pragma unroll
            for (int p = 0; p < POINTS; ++p)
                vstorev(d[p], (p * in_blocks + c) * CHUNK + t, points);
        }
    }
    for (int block = 0; block < out_blocks; block += BLOCKS) {
        for (int p = 0; p < POINTS; ++p)
            for (int t = 0; t < CHUNK; t += COLUMNS) {
                floatv sums[BLOCKS * COLUMNS];
                sum_channels(sums, points + (p * in_blocks * CHUNK + t) * VEC,
                             filters + (p * out_blocks + block) * in_blocks * VEC * VEC, in_blocks);
#pragma unroll
                for (int b = 0; b < BLOCKS; ++b)
#pragma unroll
                    for (int k = 0; k < COLUMNS; ++k)
                        vstorev(sums[b * COLUMNS + k], (b * POINTS + p) * CHUNK + t + k, products);
            }
        for (int b = 0; b < BLOCKS; ++b) {
            const int m = (block + b) * VEC;
            const floatv offset = bias ? load_row(bias, m, 1, M, 0.0f) : 0.0f;
            for (int t = 0; t < CHUNK && first + t < tiles; ++t) {
                const winograd_place at = place_of(first + t, TH, TW);
                floatv p[POINTS];
#pragma unroll
                for (int k = 0; k < POINTS; ++k)
                    p[k] = vloadv((b * POINTS + k) * CHUNK + t, products);
                write_tile(p, offset, output + (at.n * out_blocks + block + b) * OH * OW * VEC,
                           at.y, at.x, OH, OW);
            }
        }
    }
}
