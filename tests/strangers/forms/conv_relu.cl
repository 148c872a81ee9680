// relu of a convolution, (N, C, H, W) to (N, M, OH, OW); relu of a linear layer, (N, K) to (N, M).
float positive(float x)
{
    return x > 0 ? x : x < 0 ? 0 : x;  // a NaN stays one
}

__kernel void conv_relu(__global const float *input, __global const float *weight,
                        __global const float *bias, __global float *output, int C, int H, int W,
                        int M, int KH, int KW, int SH, int SW, int top, int left)
{
    const int ox = get_global_id(0), oy = get_global_id(1);
    const int n = get_global_id(2) / M, m = get_global_id(2) % M;
    float sum = 0;
    for (int c = 0; c < C; ++c)
        for (int kh = 0; kh < KH; ++kh)
            for (int kw = 0; kw < KW; ++kw) {
                const int y = oy * SH + kh - top, x = ox * SW + kw - left;
                if (y >= 0 && y < H && x >= 0 && x < W)
                    sum += input[((n * C + c) * H + y) * W + x]
                           * weight[((m * C + c) * KH + kh) * KW + kw];
            }
    const size_t place = (get_global_id(2) * get_global_size(1) + oy) * get_global_size(0) + ox;
    output[place] = positive(sum + (bias ? bias[m] : 0));
}

__kernel void linear_relu(__global const float *input, __global const float *weight,
                          __global const float *bias, __global float *output, int K)
{
    const int m = get_global_id(0), n = get_global_id(1);
    float sum = bias ? bias[m] : 0;
    for (int k = 0; k < K; ++k) sum += input[n * K + k] * weight[m * K + k];
    output[n * get_global_size(0) + m] = positive(sum);
}
