// The first of the largest of `count` numbers, (outer, count, inner) to (outer, inner) of any integers.
__kernel void argmax(__global const float *x, __global INDEX *y, int count)
{
    const size_t inner = get_global_size(0), i = get_global_id(0), o = get_global_id(1);
    int best = 0;
    for (int k = 1; k < count; ++k)
        if (x[(o * count + k) * inner + i] > x[(o * count + best) * inner + i]) best = k;
    y[o * inner + i] = best;
}
