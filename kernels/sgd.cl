// One step of gradient descent: weight - lr * s, with d = grad + weight_decay * weight, b =
// momentum * velocity + (1 - dampening) * d, and s = b, with nesterov d + momentum * b, without
// momentum d. velocity is that from before the step, or NULL at the first one, where b = d.
// weight, grad, velocity -> output, all of one shape, any. Global size: the number of elements.

#include "common.h"
#include "sgd.h"

__kernel void sgd(__global const float *weight, __global const float *grad,
                  __global const float *velocity, __global float *output, float lr,
                  float momentum, float dampening, float weight_decay, int nesterov)
{
    const int i = output_index();
    const float decayed = sgd_decayed(weight[i], grad[i], weight_decay);
    float step = decayed;
    if (momentum != 0.0f) {
        const float ahead = sgd_ahead(decayed, velocity, i, momentum, dampening);
        step = nesterov ? decayed + momentum * ahead : ahead;
    }
    output[i] = weight[i] - lr * step;
}
