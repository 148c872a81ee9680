// A classifier's last step, vectorised: linear layer, softmax over its units, index of the largest.
// input (rows, length), weight (units, length), bias (units) or NULL
// -> probabilities (rows, units) and output (rows), int
// Global size (rows): one work-item computes one row, UNITS units of the layer and then VEC powers
// at a time. It suits few units; of thousands, work-groups share a row (linear_softmax_argmax.cl).

#include "common.h"
#include "linear_rows.h"
#include "softmax_row.h"

__kernel void linear_softmax_argmax_vector(
    __global const float *input, __global const float *weight, __global const float *bias,
    __global float *probabilities, __global int *output, int length, int units)
{
    const int row = get_global_id(0);
    __global float *p = probabilities + row * units;
    for (int first = 0; first < units; first += UNITS) {
        float sums[UNITS];
        linear_rows(input + row * length, weight, first, units, length, sums);
        for (int u = 0; u < UNITS && first + u < units; ++u)
            p[first + u] = bias ? sums[u] + bias[first + u] : sums[u];
    }
    softmax_row(p, p, units);
    int best = 0;
    for (int unit = 1; unit < units; ++unit)
        best = wins(p[unit], unit, p[best], best) ? unit : best;
    output[row] = best;
}
