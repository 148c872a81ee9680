// y = relu(x), one work-item an element.
__kernel void relu(__global const float *x, __global float *y)
{
    const size_t i = get_global_id(0);
    y[i] = fmax(x[i], 0.0f);
}
