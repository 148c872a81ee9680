// Variants of relu, right on most devices, that differ in what they read. Global size: one
// work-item per element, 15 of them in one work-group.

float relu(float x)
{
    return x > 0.0f ? x : 0.0f;
}

// Honest: idioms that a check for unwritten memory might get wrong.
__kernel void honest(__global const float *input, __global float *scratch,
                     __global float *output, __local float *tile)
{
    const int i = get_global_id(0), n = get_local_size(0);
    tile[i] = input[i];
    scratch[i] = input[i];
    barrier(CLK_LOCAL_MEM_FENCE);
    float copies[4] = {0.0f};
    for (int k = 0; k < n; ++k)
        if (k == i)
            copies[k % 4] = tile[k];
    const float3 three = (float3)(copies[i % 4], 0.0f, scratch[i]);
    const float4 four = (float4)(three, min(i, 3));
    output[i] = relu(select(four, four.wzyx, isnan(four)).x);
}

// Honest too, but the simulator's check stops at a pointer to private memory.
__kernel void pointer(__global const float *input, __global float *output)
{
    const int i = get_global_id(0);
    float whole;
    const float part = fract(fabs(input[i]), &whole);
    output[i] = part + whole < 0.0f ? part : relu(input[i]);
}

// The first element of the tile is never written.
__kernel void tile_begun_late(__global const float *input, __global float *output,
                              __local float *tile)
{
    const int i = get_global_id(0), n = get_local_size(0);
    if (i > 0)
        tile[i] = 0.0f;
    barrier(CLK_LOCAL_MEM_FENCE);
    output[i] = relu(input[i]) + 0.0f * tile[(i + 1) % n]; // here
}

__kernel void sum_without_start(__global const float *input, __global float *output)
{
    const int i = get_global_id(0);
    float sum;
    for (int k = 0; k < 3; ++k)
        sum += 0.0f * input[i];
    output[i] = relu(input[i]) + sum; // here
}

__kernel void branch_without_start(__global const float *input, __global float *output)
{
    const int i = get_global_id(0);
    int positive;
    if (input[i] > 0.0f)
        positive = 1;
    if (positive == 1) // here
        output[i] = input[i];
    else
        output[i] = 0.0f;
}

typedef struct { int row, column; } place_t;

// Returned by way of memory, and inlined: without optimising, LLVM leaves a mark in the kernel.
__attribute__((always_inline)) place_t place_of(int i)
{
    const place_t at = {i / 5, i % 5};
    return at;
}

__kernel void inlined(__global const float *input, __global float *output)
{
    const place_t at = place_of(get_global_id(0));
    const int i = at.row * 5 + at.column;
    output[i] = fmax(input[i], 0.0f);
}
