// The running variance after a step of training: (1 - momentum) * running + momentum * the channel's
// variance, the sum of squares over divisor: the count, or one less.
// input (N, C, inner), running_var (C), or NULL for the channel's variance itself -> output (C), where
// inner is H*W, or 1 for features (N, C). Global size (C): one work-item computes one channel.

#include "common.h"
#include "batch_statistics.h"

__kernel void batch_norm_running_var(__global const float *input, __global const float *running_var,
                                     __global float *output, int N, int inner, int divisor,
                                     float momentum)
{
    const int c = get_global_id(0), C = get_global_size(0);
    const float mean = channel_mean(input, c, N, C, inner);
    const float variance = channel_squares(input, mean, c, N, C, inner) / divisor;
    output[c] = running_var ? (1.0f - momentum) * running_var[c] + momentum * variance : variance;
}
