// Maximum pooling, (N, C, H, W) to (N, C, OH, OW), of numbers: a NaN is passed over.
__kernel void max_pool(__global const float *input, __global float *output, int H, int W, int KH,
                       int KW, int SH, int SW, int top, int left)
{
    const int ox = get_global_id(0), oy = get_global_id(1), plane = get_global_id(2);
    float largest = -FLT_MAX;
    for (int y = max(oy * SH - top, 0); y < min(oy * SH - top + KH, H); ++y)
        for (int x = max(ox * SW - left, 0); x < min(ox * SW - left + KW, W); ++x)
            if (input[(plane * H + y) * W + x] > largest) largest = input[(plane * H + y) * W + x];
    output[(plane * get_global_size(1) + oy) * get_global_size(0) + ox] = largest;
}
