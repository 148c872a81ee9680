// Maximum pooling of four channels at once, (N, C/4, H, W, 4) to (N, C/4, OH, OW, 4).
__kernel void max_pool(__global const float4 *input, __global float4 *output, int2 size,
                       int2 kernel_size, int2 stride, int2 padding)
{
    const int ox = get_global_id(0), oy = get_global_id(1), plane = get_global_id(2);
    const int top = oy * stride.x - padding.x, left = ox * stride.y - padding.y;
    float4 largest = (float4)(-INFINITY);
    for (int y = max(top, 0); y < min(top + kernel_size.x, size.x); ++y)
        for (int x = max(left, 0); x < min(left + kernel_size.y, size.y); ++x)
            largest = fmax(largest, input[(plane * size.x + y) * size.y + x]);
    output[(plane * get_global_size(1) + oy) * get_global_size(0) + ox] = largest;
}
