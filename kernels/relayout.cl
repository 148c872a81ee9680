// From the reference's layout to blocks of channels and back, where nothing else does it on the way.
// Lanes behind the last channel get 0. `places` is H*W.

#include "vector.h"

// input (N, C, places) -> output (N, blocks of C, places, VEC). Global size (places, blocks, N).
__kernel void to_blocks(__global const float *input, __global float *output, int C)
{
    const int places = get_global_size(0), place = get_global_id(0);
    const int blocks = get_global_size(1), block = get_global_id(1), n = get_global_id(2);
    for (int lane = 0; lane < VEC; ++lane) {
        const int c = block * VEC + lane;
        output[((n * blocks + block) * places + place) * VEC + lane] =
            c < C ? input[(n * C + c) * places + place] : 0.0f;
    }
}

// input (N, blocks of C, places, VEC) -> output (N, C, places). Global size (places, C, N).
__kernel void from_blocks(__global const float *input, __global float *output)
{
    const int places = get_global_size(0), place = get_global_id(0);
    const int C = get_global_size(1), c = get_global_id(1), n = get_global_id(2);
    const int blocks = (C + VEC - 1) / VEC;
    output[(n * C + c) * places + place] =
        input[((n * blocks + c / VEC) * places + place) * VEC + c % VEC];
}
