// What a step of gradient descent and its new velocity share.

#ifndef CLGOLD_SGD_H
#define CLGOLD_SGD_H

// The gradient with the weight's decay, which adds nothing where there is none.
float sgd_decayed(float weight, float grad, float weight_decay)
{
    return weight_decay != 0.0f ? grad + weight_decay * weight : grad;
}

// The new velocity; where there is no old one yet, the decayed gradient itself.
float sgd_ahead(float decayed, __global const float *velocity, int i, float momentum,
                float dampening)
{
    return velocity ? momentum * velocity[i] + (1.0f - dampening) * decayed : decayed;
}

#endif
