// One more term into an array that holds a sum: a + b, element by element.
// a, b -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"

__kernel void accumulate(__global const float *a, __global const float *b,
                         __global float *output)
{
    const int i = output_index();
    output[i] = a[i] + b[i];
}
