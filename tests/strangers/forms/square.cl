// A 3×3 convolution of square images, (N, C, SIZE, SIZE) to (N, M, OUT, OUT).
__kernel void conv2d(__global const float *input, __global const float *weight,
                     __global const float *bias, __global float *output, int M)
{
    const int OUT = get_global_size(0), ox = get_global_id(0), oy = get_global_id(1);
    const int n = get_global_id(2) / M, m = get_global_id(2) % M;
    float sum = 0;
    for (int c = 0; c < C; ++c)
        for (int k = 0; k < 9; ++k) {
            const int y = oy + k / 3 - PAD, x = ox + k % 3 - PAD;
            if (y >= 0 && y < SIZE && x >= 0 && x < SIZE)
                sum += input[((n * C + c) * SIZE + y) * SIZE + x] * weight[(m * C + c) * 9 + k];
        }
    output[((n * M + m) * OUT + oy) * OUT + ox] = sum + (bias ? bias[m] : 0);
}
