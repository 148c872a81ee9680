// Kernels of elu that go wrong in every way, one work-item per element.

float value(float x)
{
    return x > 0.0f ? x : expm1(x);
}

__kernel void right(__global const float *input, __global float *output)
{
    const size_t i = get_global_id(0);
    output[i] = value(input[i]);
}

// `round` differs from run to run.
__kernel void restless(__global const float *input, __global float *output, int round)
{
    const size_t i = get_global_id(0);
    output[i] = value(input[i]) + round;
}

__kernel void beyond(__global const float *input, __global float *output)
{
    const size_t i = get_global_id(0);
    output[i] = value(input[i]);
    output[get_global_size(0)] = 1.0f;
}

__kernel void in_place(__global float *input, __global float *output)
{
    const size_t i = get_global_id(0);
    output[i] = value(input[i]);
    input[i] = output[i];
}

__kernel void half_done(__global const float *input, __global float *output)
{
    const size_t i = get_global_id(0);
    if (i % 2 == 0)
        output[i] = value(input[i]);
}

// Never ends; the loop has an effect, so that it is not removed.
__kernel void endless(__global volatile float *output)
{
    while (output[0] != 1.0f)
        output[0] = 2.0f;
}
