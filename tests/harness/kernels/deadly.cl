// Kernels that a harness must survive. Global size: one work-item per element.

__kernel void right(__global const float *input, __global float *output)
{
    const size_t i = get_global_id(0);
    output[i] = input[i] > 0.0f ? input[i] : 0.0f;
}

// Writes through a pointer far from anything that was allocated.
__kernel void wild(__global const float *input, __global float *output, long distance)
{
    output[distance] = input[0];
}

// Never ends; the loop has an effect, so that it is not removed.
__kernel void endless(__global volatile float *output)
{
    while (output[0] != 1.0f)
        output[0] = 2.0f;
}
