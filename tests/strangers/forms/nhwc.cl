// Maximum pooling, (N, H, W, C) to (N, OH, OW, C); one work-item one output.
__kernel void max_pool(__global const float *input, __global float *output, int OH, int H, int W,
                       int C, int KH, int KW, int SH, int SW, int top, int left)
{
    const int c = get_global_id(0), ox = get_global_id(1), OW = get_global_size(1);
    const int n = get_global_id(2) / OH, oy = get_global_id(2) % OH;
    float largest = -INFINITY;
    for (int y = max(oy * SH - top, 0); y < min(oy * SH - top + KH, H); ++y)
        for (int x = max(ox * SW - left, 0); x < min(ox * SW - left + KW, W); ++x)
            largest = fmax(largest, input[((n * H + y) * W + x) * C + c]);
    output[((n * OH + oy) * OW + ox) * C + c] = largest;
}
