// Local response normalisation across channels, vectorised over places of an image:
// x / (k + alpha/size * sum of x^2)^beta, the sum over `size` channels from c - size/2; channels
// beyond the first and the last count as 0.
// input (N, C, inner) -> output (N, C, inner)
// Global size (inner/VEC rounded up, C, N): one work-item computes VEC neighbouring places.

#include "power.h"

__kernel void local_response_norm_vector(__global const float *input, __global float *output,
                                         int inner, int size, float alpha, float beta, float k)
{
    const int x = get_global_id(0) * VEC, channel = get_global_id(1), C = get_global_size(1);
    __global const float *image = input + get_global_id(2) * C * inner;
    const int first = channel - size / 2;

    floatv sum = 0.0f;
    for (int c = max(first, 0); c < min(first + size, C); ++c) {
        const floatv values = load_row(image + c * inner, x, 1, inner, 0.0f);
        sum += values * values;
    }
    const floatv values = load_row(image + channel * inner, x, 1, inner, 0.0f);
    const int line = get_global_id(2) * C + channel;
    store_row(values / power_of(k + alpha / size * sum, beta), output + line * inner, x, inner);
}
