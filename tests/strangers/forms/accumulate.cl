// weight's gradient of a linear layer, added to what `sums` holds: to begin with, or at the end.
__kernel void weight_grad(__global const float *grad, __global const float *input,
                          __global float *sums, int N, int at_the_end)
{
    const int i = get_global_id(0), I = get_global_size(0);
    const int o = get_global_id(1), O = get_global_size(1);
    float sum = at_the_end ? 0.0f : sums[o * I + i];
    for (int n = 0; n < N; ++n)
        sum += grad[n * O + o] * input[n * I + i];
    sums[o * I + i] = at_the_end ? sums[o * I + i] + sum : sum;
}

__kernel void overwrite(__global const float *grad, __global const float *input,
                        __global float *sums, int N, int unused)
{
    const int i = get_global_id(0), I = get_global_size(0);
    const int o = get_global_id(1), O = get_global_size(1);
    float sum = 0.0f;
    for (int n = 0; n < N; ++n)
        sum += grad[n * O + o] * input[n * I + i];
    sums[o * I + i] = sum;
}
