// linear whose last feature is lost where their number is odd; softmax that starts at 0.

__kernel void pairs(__global const float *input, __global const float *weight,
                    __global const float *bias, __global float *output, int length)
{
    const size_t unit = get_global_id(0), row = get_global_id(1);
    float sum = 0.0f;
    for (int k = 0; k + 1 < length; k += 2) {
        sum += input[row * length + k] * weight[unit * length + k];
        sum += input[row * length + k + 1] * weight[unit * length + k + 1];
    }
    output[row * get_global_size(0) + unit] = sum + bias[unit];
}

__kernel void powers(__global const float *input, __global float *output, int axis)
{
    __global const float *row = input + get_global_id(0) * axis;
    float largest = 0.0f, sum = 0.0f;
    for (int k = 0; k < axis; ++k)
        largest = fmax(largest, row[k]);
    for (int k = 0; k < axis; ++k)
        sum += exp(row[k] - largest);
    for (int k = 0; k < axis; ++k)
        output[get_global_id(0) * axis + k] = exp(row[k] - largest) / sum;
}
