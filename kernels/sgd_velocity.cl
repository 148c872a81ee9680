// What gradient descent remembers: momentum * velocity + (1 - dampening) * d with d = grad +
// weight_decay * weight; d where velocity is NULL.
// weight, grad, velocity -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"
#include "sgd.h"

__kernel void sgd_velocity(__global const float *weight, __global const float *grad,
                           __global const float *velocity, __global float *output,
                           float momentum, float dampening, float weight_decay)
{
    const int i = output_index();
    const float decayed = sgd_decayed(weight[i], grad[i], weight_decay);
    output[i] = sgd_ahead(decayed, velocity, i, momentum, dampening);
}
