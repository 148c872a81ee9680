// The library functions whose accuracy a device is measured by, and how it evaluates a*b + c.
// x (count), y (count), z (count) -> output (count): function FUNCTION of x, or of x and y.
// -D FUNCTION=0 exp, 1 expm1, 2 tanh, 3 pow, 4 sqrt, 5 division, 6 a*b + c as one expression, 7 fma.
// Global size count.

#ifndef FUNCTION
#define FUNCTION 0
#endif

__kernel void measure(__global const float *x, __global const float *y, __global const float *z,
                      __global float *output)
{
    const size_t i = get_global_id(0);
#if FUNCTION == 0
    output[i] = exp(x[i]);
#elif FUNCTION == 1
    output[i] = expm1(x[i]);
#elif FUNCTION == 2
    output[i] = tanh(x[i]);
#elif FUNCTION == 3
    output[i] = pow(x[i], y[i]);
#elif FUNCTION == 4
    output[i] = sqrt(x[i]);
#elif FUNCTION == 5
    output[i] = x[i] / y[i];
#elif FUNCTION == 6
    output[i] = x[i] * y[i] + z[i];
#else
    output[i] = fma(x[i], y[i], z[i]);
#endif
}
