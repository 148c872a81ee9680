// ReLU in ways that a replay must make anew each time.

__kernel void relu(__global const float *input, __global float *output)
{
    const int k = get_global_id(0);
    output[k] = fmax(input[k], 0.0f);
}

// Right only where `sums` holds zeros.
__kernel void added(__global const float *input, __global float *sums, __global float *output)
{
    const int k = get_global_id(0);
    sums[k] += fmax(input[k], 0.0f);
    output[k] = sums[k];
}

// Right only where the array holds the operand: minus it afterwards.
__kernel void negated(__global float *values, __global float *output)
{
    const int k = get_global_id(0);
    output[k] = fmax(values[k], 0.0f);
    values[k] = -values[k] - 1.0f;
}

__kernel void added_to(__global const float *input, __global float *output)
{
    const int k = get_global_id(0);
    output[k] += fmax(input[k], 0.0f);
}

__kernel void limited(__global const float *input, __global const float *least,
                      __global float *output)
{
    const int k = get_global_id(0);
    output[k] = fmax(input[k], least[0]);
}
