// F(2×2, 3×3): (N, C, H, W) and transformed filters (M, C, 4, 4) to (N, M, OH, OW).
__kernel void filters(__global const float *weight, __global float *u)
{
    const int id = get_global_id(0);
    __global const float *g = weight + 9 * id;
    float t[4][3];
    for (int j = 0; j < 3; ++j) {
        const float even = g[j] + g[6 + j], odd = g[3 + j];
        t[0][j] = g[j], t[1][j] = (even + odd) / 2, t[2][j] = (even - odd) / 2, t[3][j] = g[6 + j];
    }
    for (int i = 0; i < 4; ++i) {
        const float even = t[i][0] + t[i][2], odd = t[i][1];
        const float4 row = (float4)(t[i][0], (even + odd) / 2, (even - odd) / 2, t[i][2]);
        vstore4(row, 4 * id + i, u);
    }
}

float4 data(float4 d) { return (float4)(d.x - d.z, d.y + d.z, d.z - d.y, d.y - d.w); }

__kernel void winograd(__global const float *input, __global const float *u,
                       __global const float *bias, __global float *output, int C, int H, int W,
                       int M, int OH, int OW, int pad)
{
    const int x0 = 2 * get_global_id(0), y0 = 2 * get_global_id(1), m = get_global_id(2) % M;
    const int n = get_global_id(2) / M;
    float4 sum[4] = {0, 0, 0, 0};
    for (int c = 0; c < C; ++c) {
        float d[4][4];
        for (int k = 0; k < 16; ++k) {
            const int y = y0 - pad + k / 4, x = x0 - pad + k % 4;
            const int inside = y >= 0 && y < H && x >= 0 && x < W;
            d[k / 4][k % 4] = inside ? input[((n * C + c) * H + y) * W + x] : 0;
        }
        float4 r[4];
        for (int i = 0; i < 4; ++i) r[i] = vload4(0, d[i]);
        const float4 rows[4] = {r[0] - r[2], r[1] + r[2], r[2] - r[1], r[1] - r[3]};
        for (int i = 0; i < 4; ++i) sum[i] += data(rows[i]) * vload4(4 * (m * C + c) + i, u);
    }
    const float4 up = sum[0] + sum[1] + sum[2], down = sum[1] - sum[2] - sum[3];
    for (int k = 0; k < 4; ++k) {
        const float4 s = k / 2 ? down : up;
        const float y = (k % 2 ? s.y - s.z - s.w : s.x + s.y + s.z) + (bias ? bias[m] : 0);
        if (y0 + k / 2 < OH && x0 + k % 2 < OW)
            output[(get_global_id(2) * OH + y0 + k / 2) * OW + x0 + k % 2] = y;
    }
}
