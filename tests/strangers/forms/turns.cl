// A sum of the images' gradients, from the first image or from the last; `spoilt` is added.
__kernel void bias_grad(__global const float *grad, __global float *output, int N, int backwards,
                        float spoilt)
{
    const int o = get_global_id(0), units = get_global_size(0);
    float sum = spoilt;
    for (int n = 0; n < N; ++n)
        sum += grad[(backwards ? N - 1 - n : n) * units + o];
    output[o] = sum;
}
