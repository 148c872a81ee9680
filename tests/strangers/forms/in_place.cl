// relu in place.
__kernel void relu(__global float *x)
{
    const size_t i = get_global_id(0);
    x[i] = x[i] > 0 ? x[i] : x[i] < 0 ? 0 : x[i];
}
