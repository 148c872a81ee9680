// Every point gives its gradient to the four pixels around it, whoever else does at the same time.
void add(volatile __global float *sum, float term)
{
    volatile __global int *bits = (volatile __global int *)sum;
    int before, after;
    do {
        before = *bits;
        after = as_int(as_float(before) + term);
    } while (atomic_cmpxchg(bits, before, after) != before);
}

__kernel void zero(__global float *sums)
{
    sums[get_global_id(0)] = 0.0f;
}

// Global size (points of an image, images).
__kernel void scatter(__global const float *grad, __global const float *grid,
                      __global float *sums, int C, int H, int W)
{
    const int point = get_global_id(0), points = get_global_size(0), n = get_global_id(1);
    const float2 place = vload2(n * points + point, grid);
    const float x = ((place.x + 1) * W - 1) / 2, y = ((place.y + 1) * H - 1) / 2;
    if (!(x > -1 && x < W && y > -1 && y < H))
        return;
    const int left = (int)floor(x), top = (int)floor(y);
    for (int k = 0; k < 4 * C; ++k) {
        const int column = left + k % 2, row = top + k / 2 % 2, plane = n * C + k / 4;
        const float weight = (1 - fabs(x - column)) * (1 - fabs(y - row));
        if (column >= 0 && column < W && row >= 0 && row < H && weight > 0)
            add(&sums[(plane * H + row) * W + column], grad[plane * points + point] * weight);
    }
}
