// im2col of one image at an offset, a product with local tiles, and a bias at an offset.
__kernel void im2col(__global const float *images, int offset, int C, int H, int W, int K,
                     int stride, int pad, int OH, int OW, __global float *columns)
{
    const int id = get_global_id(0), area = OH * OW;
    const int x0 = id % OW * stride - pad, y0 = id / OW % OH * stride - pad, c = id / area;
    for (int k = 0; k < K * K; ++k) {
        const int y = y0 + k / K, x = x0 + k % K, inside = y >= 0 && y < H && x >= 0 && x < W;
        columns[(c * K * K + k) * area + id % area] =
            inside ? images[offset + (c * H + y) * W + x] : 0;
    }
}

__kernel void gemm(int M, int N, int K, __global const float *a, __global const float *b,
                   float beta, __global float *c, __local float *left, __local float *right)
{
    const int i = get_local_id(1), j = get_local_id(0);
    const int row = get_global_id(1), column = get_global_id(0);
    float sum = 0;
    for (int k = 0; k < K; k += 8) {
        left[8 * i + j] = row < M && k + j < K ? a[row * K + k + j] : 0;
        right[8 * i + j] = k + i < K && column < N ? b[(k + i) * N + column] : 0;
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int t = 0; t < 8; ++t) sum += left[8 * i + t] * right[8 * t + j];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (row < M && column < N) c[row * N + column] = sum + beta * c[row * N + column];
}

__kernel void bias(__global float *output, int offset, __global const float *part,
                   __global const float *biases, int area)
{
    const int id = get_global_id(0);
    output[offset + id] = part[id] + (biases ? biases[id / area] : 0);
}
