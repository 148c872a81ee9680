// Gradient of local response normalisation: g * D^-beta - 2 alpha beta/size * x * the sum of
// g * x * D^(-beta - 1) over the channels whose windows hold this one; D as local_response_norm.cl
// raises it.
// grad, input (N, C, inner) -> output (N, C, inner)
// Global size (inner, C, N): one work-item computes one output element, and every base anew.

#include "common.h"

// The base of channel c: k + alpha/size * sum of x^2 over `size` channels from c - size/2.
float base_at(__global const float *line, int c, int C, int inner, int size, float alpha, float k)
{
    const int first = c - size / 2;
    float sum = 0.0f;
    for (int d = max(first, 0); d < min(first + size, C); ++d)
        sum += line[d * inner] * line[d * inner];
    return k + alpha / size * sum;
}

__kernel void local_response_norm_grad(__global const float *grad, __global const float *input,
                                       __global float *output, int size, float alpha, float beta,
                                       float k)
{
    const int inner = get_global_size(0), C = get_global_size(1), own = get_global_id(1);
    const int start = get_global_id(2) * C * inner + get_global_id(0);
    __global const float *x = input + start, *g = grad + start;

    // Channel d sees d - size/2 and on: it sees this one if d is at most own + size/2.
    const int last = own + size / 2;
    float sum = 0.0f;
    for (int d = max(last - size + 1, 0); d <= min(last, C - 1); ++d) {
        const float base = base_at(x, d, C, inner, size, alpha, k);
        sum += g[d * inner] * x[d * inner] * pow(base, -beta - 1.0f);
    }
    const float straight = g[own * inner] * pow(base_at(x, own, C, inner, size, alpha, k), -beta);
    output[output_index()] = straight - 2.0f * alpha * beta / size * x[own * inner] * sum;
}
