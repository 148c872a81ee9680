// C (M, N) = alpha * A (M, K) times the transpose of B (N, K) + beta * C; and a bias per column.
__kernel void gemm(int M, int N, int K, float alpha, __global const float *A,
                   __global const float *B, float beta, __global float *C)
{
    const int column = get_global_id(0), row = get_global_id(1);
    float sum = 0;
    for (int k = 0; k < K; ++k) sum += A[row * K + k] * B[column * K + k];
    C[row * N + column] = alpha * sum + beta * C[row * N + column];
}

__kernel void add_bias(__global float *C, __global const float *bias)
{
    C[get_global_id(1) * get_global_size(0) + get_global_id(0)] += bias[get_global_id(0)];
}
