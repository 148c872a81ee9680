// (N, C, H, W) by (M, C, KH, KW), then by channel (s − mean)/√(variance + eps)·γ + β where there
// is a mean, + other where there is one, and a ReLU.
__kernel void fused(__global const float *input, __global const float *weight,
                    __global const float *bias, __global const float *mean,
                    __global const float *variance, __global const float *gamma,
                    __global const float *beta, __global const float *other,
                    __global float *output, int C, int H, int W, int M, int OH, int OW, int KH,
                    int KW, int SH, int SW, int top, int left, float eps, int before)
{
    const int id = get_global_id(0), ox = id % OW, oy = id / OW % OH;
    const int m = id / (OW * OH) % M, n = id / (OW * OH * M);
    float sum = bias ? bias[m] : 0;
    for (int c = 0; c < C; ++c)
        for (int k = 0; k < KH * KW; ++k) {
            const int y = oy * SH - top + k / KW, x = ox * SW - left + k % KW;
            if (y >= 0 && y < H && x >= 0 && x < W)
                sum += input[((n * C + c) * H + y) * W + x] * weight[(m * C + c) * KH * KW + k];
        }
    if (mean) {
        sum = (sum - mean[m]) / sqrt(variance[m] + eps);
        sum = sum * (gamma ? gamma[m] : 1) + (beta ? beta[m] : 0);
    }
    if (other && !before)
        sum += other[id];
    sum = sum < 0 ? 0 : sum;
    output[id] = other && before ? sum + other[id] : sum;
}
