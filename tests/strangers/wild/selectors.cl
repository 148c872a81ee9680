// Max pooling of square planes, stride as wide as the window, by -D; which tap won goes to selectors.
__kernel __attribute__((reqd_work_group_size(32, 1, 1))) void pool(
    const int planes, __global const float *images, __global float *output,
    __global int *selectors, __global void *mask)
{
    const int id = get_global_id(0);
    if (id >= planes * OUT * OUT)
        return;
    const int plane = id / (OUT * OUT), row = id % (OUT * OUT) / OUT, column = id % OUT;
    int selector = -1;
    float most = START;
    for (int k = 0; k < POOL * POOL; ++k) {
        const int y = row * POOL + k / POOL, x = column * POOL + k % POOL;
        const float value = images[(plane * SIDE + y) * SIDE + x];
        if (value > most) { most = value; selector = k; }
    }
    if (mask == 0)
        selectors[id] = selector;
    output[id] = most;
}
