// The running mean after a step of training: (1 - momentum) * running + momentum * the channel's mean.
// input (N, C, inner), running_mean (C), or NULL for the channel's mean itself -> output (C), where
// inner is H*W, or 1 for features (N, C). Global size (C): one work-item computes one channel.

#include "common.h"
#include "batch_statistics.h"

__kernel void batch_norm_running_mean(__global const float *input,
                                      __global const float *running_mean, __global float *output,
                                      int N, int inner, float momentum)
{
    const int c = get_global_id(0), C = get_global_size(0);
    const float mean = channel_mean(input, c, N, C, inner);
    output[c] = running_mean ? (1.0f - momentum) * running_mean[c] + momentum * mean : mean;
}
