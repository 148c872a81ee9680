// Winograd's transforms F(TILE, 3) along one axis, of vectors that stand `step` apart, in place.
// Points 0, 1, -1, infinity for TILE 2, and 2, -2 beside for TILE 4; after Lavin and Gray, "Fast
// Algorithms for Convolutional Neural Networks", arXiv:1509.09308.

#ifndef CLGOLD_WINOGRAD_POINTS_H
#define CLGOLD_WINOGRAD_POINTS_H

#include "vector.h"

#ifndef TILE
#define TILE 2 // outputs of a tile along an axis: 2 or 4
#endif

#define SPAN (TILE + 2)      // pixels of a tile along an axis, and its points
#define POINTS (SPAN * SPAN) // of a tile

// G g: 3 taps to SPAN points.
INLINED void taps_to_points(floatv *g, int step)
{
    const floatv a = g[0], b = g[step], c = g[2 * step];
#if TILE == 4
    const floatv ones = -1.0f / 6.0f * (a + c), middle = -1.0f / 6.0f * b;
    const floatv twos = 1.0f / 24.0f * (a + 4.0f * c), double_middle = 1.0f / 12.0f * b;
    g[0] = 0.25f * a;
    g[step] = ones + middle;
    g[2 * step] = ones - middle;
    g[3 * step] = twos + double_middle;
    g[4 * step] = twos - double_middle;
    g[5 * step] = c;
#else
    g[step] = 0.5f * (a + b + c);
    g[2 * step] = 0.5f * (a - b + c);
    g[3 * step] = c;
#endif
}

// B^T d: SPAN pixels to SPAN points.
INLINED void pixels_to_points(floatv *d, int step)
{
    const floatv a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
#if TILE == 4
    const floatv f = d[4 * step], g = d[5 * step];
    const floatv even = f - 4.0f * c, odd = e - 4.0f * b;
    const floatv even_of_2 = f - c, odd_of_2 = 2.0f * (e - b);
    d[0] = 4.0f * a - 5.0f * c + f;
    d[step] = even + odd;
    d[2 * step] = even - odd;
    d[3 * step] = even_of_2 + odd_of_2;
    d[4 * step] = even_of_2 - odd_of_2;
    d[5 * step] = 4.0f * b - 5.0f * e + g;
#else
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = e - b;
#endif
}

// A^T p: SPAN points to TILE outputs.
INLINED void points_to_outputs(floatv *p, int step)
{
    const floatv a = p[0], b = p[step], c = p[2 * step], e = p[3 * step];
#if TILE == 4
    const floatv f = p[4 * step], g = p[5 * step];
    const floatv ones = b + c, signs = b - c, twos = e + f, signs_of_2 = e - f;
    p[0] = a + ones + twos;
    p[step] = signs + 2.0f * signs_of_2;
    p[2 * step] = ones + 4.0f * twos;
    p[3 * step] = signs + 8.0f * signs_of_2 + g;
#else
    p[0] = a + b + c;
    p[step] = b - c + e;
#endif
}

#endif
