// Training steps as people get them wrong, one fault each.

#include "common.h"

// Gradient of relu's input, of the other sign.
__kernel void sign_flipped(__global const float *grad, __global const float *input,
                           __global float *output)
{
    const int i = output_index();
    output[i] = input[i] <= 0.0f ? 0.0f : -grad[i];
}

// An array that keeps what it held.
__kernel void not_zeroed(__global const float *input, __global float *output)
{
    const int i = output_index();
    output[i] = input[i];
}

// Gradient of a bias (N, M, places) -> (M), divided by the number of images. Global size M.
__kernel void divided(__global const float *grad, __global float *output, int N, int places)
{
    const int m = get_global_id(0), M = get_global_size(0);
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        for (int place = 0; place < places; ++place)
            sum += grad[(n * M + m) * places + place];
    output[m] = sum / N;
}

// Gradient of a max pooling with windows side by side, which equal maxima share. Global size
// (W, H, N*C).
__kernel void ties_shared(__global const float *grad, __global const float *input,
                          __global float *output, int K, int OH, int OW)
{
    const int H = get_global_size(1), W = get_global_size(0), z = get_global_id(2);
    const int oy = get_global_id(1) / K, ox = get_global_id(0) / K;
    __global const float *image = input + z * H * W;
    float best = image[oy * K * W + ox * K];
    for (int k = 0; k < K * K; ++k)
        best = nan_max(best, image[(oy * K + k / K) * W + ox * K + k % K]);
    int ties = 0;
    for (int k = 0; k < K * K; ++k)
        ties += image[(oy * K + k / K) * W + ox * K + k % K] == best;
    const float own = image[get_global_id(1) * W + get_global_id(0)];
    output[output_index()] = own == best ? grad[(z * OH + oy) * OW + ox] / ties : 0.0f;
}

// A step with a momentum that is applied twice, or without the weight's decay.
__kernel void stepped(__global const float *weight, __global const float *grad,
                   __global const float *velocity, __global float *output, float lr,
                   float momentum, float weight_decay)
{
    const int i = output_index();
    const float decayed = grad[i] + weight_decay * weight[i];
    output[i] = weight[i] - lr * (velocity ? momentum * velocity[i] + decayed : decayed);
}

// Dropout without its scale.
__kernel void unscaled(__global const float *input, __global const float *mask,
                       __global float *output)
{
    const int i = get_global_id(0);
    output[i] = input[i] * mask[i];
}
