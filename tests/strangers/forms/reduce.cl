// Softmax of rows (rows, n), a group of 16 to a row; without FENCE a lane may begin to sum while
// another still reads the maximum.
__kernel void softmax(__global const float *x, __global float *y, int n)
{
    __local float shared[16];
    const int lane = get_local_id(0), row = get_group_id(0) * n;
    float most = -INFINITY, sum = 0;
    for (int i = lane; i < n; i += 16) most = fmax(most, x[row + i]);
    shared[lane] = most;
    for (int half_ = 8; half_ > 0; half_ /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < half_) shared[lane] = fmax(shared[lane], shared[lane + half_]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    most = shared[0];
    FENCE
    for (int i = lane; i < n; i += 16) sum += exp(x[row + i] - most);
    shared[lane] = sum;
    for (int half_ = 8; half_ > 0; half_ /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < half_) shared[lane] += shared[lane + half_];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = lane; i < n; i += 16) y[row + i] = exp(x[row + i] - most) / shared[0];
}
