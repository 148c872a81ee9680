// Batch normalisation of (N, C, plane), in double precision; offset is where the input starts.
typedef struct { int channels, plane; } Size;

__kernel void batch_norm(__global const float *input, __global const float *mean,
                         __global const float *variance, __global const float *weight,
                         __global const float *bias, __global float *output, REAL eps,
                         ulong offset, Size size)
{
    const int i = get_global_id(0), c = get_global_id(1);
    const size_t place = offset + (get_global_id(2) * size.channels + c) * size.plane + i;
    const REAL scale = (weight ? weight[c] : ONE) / sqrt(variance[c] + eps);
    output[place] = (input[place] - mean[c]) * scale + (bias ? bias[c] : 0);
}
