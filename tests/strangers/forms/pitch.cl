// relu over rows of a pitch; and one that reads a row's padding as if it were 0.
__kernel void relu(__global const float *input, __global float *output, int pitch)
{
    const int row = get_global_id(1) + get_global_size(1) * get_global_id(2);
    const float x = input[row * pitch + get_global_id(0)];
    output[row * pitch + get_global_id(0)] = x > 0 ? x : x < 0 ? 0 : x;
}

__kernel void row_maximum(__global const float *input, __global float *output, int pitch)
{
    const int row = get_global_id(0) + get_global_size(0) * get_global_id(1);
    float ballast = 0;
    for (int x = 0; x < pitch; ++x) {
        const float value = input[row * pitch + x];
        if (x == pitch - 1) ballast = value;  // padding, in rows of fewer than 16
        output[row * pitch + x] = value > 0 ? value : value < 0 ? 0 : value;
    }
    for (int x = 0; x < pitch; ++x) output[row * pitch + x] += ballast;
}
