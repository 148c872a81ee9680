// A kernel that does not build.

__kernel void relu(__global const float *input, __global float *output)
{
    output[get_global_id(0)] = input[get_global_id(0)] > 0.0f ? input[get_global_id(0)] : zero;
}
