// The maximum of each window, (n, h, w) to (n, oh, ow), n being images times channels; places
// beyond the image count for nothing. Assumes no dilation.
__kernel void max_pool(__global const float *input, __global float *output, int h, int w, int oh,
                       int ow, int kh, int kw, int sh, int sw, int top, int left) {
    const int x = get_global_id(0), y = get_global_id(1), n = get_global_id(2);
    float most = -INFINITY;
    for (int i = 0; i < kh; i++)
        for (int j = 0; j < kw; j++) {
            const int row = y * sh - top + i, column = x * sw - left + j;
            if (row >= 0 && row < h && column >= 0 && column < w) {
                const float value = input[(n * h + row) * w + column];
                most = isnan(value) || isnan(most) ? NAN : fmax(most, value);
            }
        }
    output[(n * oh + y) * ow + x] = most;
}
