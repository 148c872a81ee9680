// F19: the image flattened as (H, W, C), the weights meant for (C, H, W). Shows where C > 1 and
// H*W > 1.

#include "common.h"

__kernel void flatten_linear_elu(__global const float *input, __global const float *weight,
                                 __global const float *bias, __global float *output,
                                 int C, int pixels, float alpha)
{
    const int unit = get_global_id(0), length = C * pixels;
    __global const float *image = input + get_global_id(1) * length;
    float sum = bias ? bias[unit] : 0.0f;
    for (int k = 0; k < length; ++k)
        sum += image[k % C * pixels + k / C] * weight[unit * length + k];
    output[output_index()] = elu_at(sum, alpha);
}
