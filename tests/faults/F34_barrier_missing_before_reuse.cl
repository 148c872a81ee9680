// F34: no barrier between reading the lanes' maxima and writing their sums to the same memory: the
// lanes that are late take sums for maxima.
// input (rows, length) -> output (rows, length). One work-group computes one row.

__kernel void softmax(__global const float *input, __global float *output, int length,
                      __local float *values)
{
    const int lane = get_local_id(0), lanes = get_local_size(0);
    const int first = get_group_id(0) * length, end = first + length;

    float largest = -INFINITY;
    for (int i = first + lane; i < end; i += lanes)
        largest = fmax(largest, input[i]);
    values[lane] = largest;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k = 0; k < lanes; ++k)
        largest = fmax(largest, values[k]);
    // Here it is missing.
    float sum = 0.0f;
    for (int i = first + lane; i < end; i += lanes)
        sum += exp(input[i] - largest);
    values[lane] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    sum = 0.0f;
    for (int k = 0; k < lanes; ++k)
        sum += values[k];
    for (int i = first + lane; i < end; i += lanes)
        output[i] = exp(input[i] - largest) / sum;
}
