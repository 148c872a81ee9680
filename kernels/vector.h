// Vectors of VEC floats, so that a kernel can be built for the width that a driver bears.

#ifndef CLGOLD_VECTOR_H
#define CLGOLD_VECTOR_H

#ifndef VEC
#define VEC 8 // lanes of a vector: 4, 8 or 16
#endif

// Twice, so that VEC is replaced by its value before it is joined.
#define JOIN_NAMES(a, b) a##b
#define JOIN(a, b) JOIN_NAMES(a, b)

typedef JOIN(float, VEC) floatv;

// Functions that take vectors by a pointer to a private array: where one is called and not inlined,
// that array stands in memory, and every sum in it is stored after each product.
#define INLINED __attribute__((always_inline))

// vloadv(i, p) and vstorev(x, i, p): VEC floats from p[i * VEC] on, at any address of a float. They
// are vloadN and vstoreN, which PoCL 3.0 does not inline: in a loop of multiply-adds each such call
// stores and loads every register (measured: 27 GFLOP/s in place of 100).
typedef floatv loose_floatv __attribute__((aligned(4)));
#define LOADS_AND_STORES(SPACE)                                                                    \
    floatv INLINED __attribute__((overloadable)) vloadv(int i, SPACE const float *p)               \
    {                                                                                              \
        return *(SPACE const loose_floatv *)(p + i * VEC);                                         \
    }                                                                                              \
    void INLINED __attribute__((overloadable)) vstorev(floatv x, int i, SPACE float *p)            \
    {                                                                                              \
        *(SPACE loose_floatv *)(p + i * VEC) = x;                                                  \
    }
LOADS_AND_STORES(__global)
LOADS_AND_STORES(__local)
LOADS_AND_STORES(__private)

float sum_of_lanes(floatv values)
{
    float lanes[VEC];
    vstorev(values, 0, lanes);
    float sum = lanes[0];
    for (int lane = 1; lane < VEC; ++lane)
        sum += lanes[lane];
    return sum;
}

float max_of_lanes(floatv values)
{
    float lanes[VEC];
    vstorev(values, 0, lanes);
    float largest = lanes[0];
    for (int lane = 1; lane < VEC; ++lane)
        largest = fmax(largest, lanes[lane]);
    return largest;
}

// The larger of each two lanes, and NaN where either is NaN.
floatv larger(floatv a, floatv b)
{
    return ((a >= b) | (a != a)) ? a : b;
}

// VEC values of a row of `size`, every step-th from x on; `outside` where there is none.
floatv load_row(__global const float *row, int x, int step, int size, float outside)
{
    if (step == 1 && x >= 0 && x + VEC <= size)
        return vloadv(0, row + x);
    float lanes[VEC];
    for (int lane = 0; lane < VEC; ++lane) {
        const int place = x + lane * step;
        lanes[lane] = place >= 0 && place < size ? row[place] : outside;
    }
    return vloadv(0, lanes);
}

// To x and its right neighbours, those that lie within a row of `size`.
void store_row(floatv values, __global float *row, int x, int size)
{
    if (x + VEC <= size) {
        vstorev(values, 0, row + x);
        return;
    }
    float lanes[VEC];
    vstorev(values, 0, lanes);
    for (int lane = 0; x + lane < size; ++lane)
        row[x + lane] = lanes[lane];
}

#endif
