// One element of a two-dimensional convolution, for the kernels that contain one.

#ifndef CLGOLD_CONV2D_H
#define CLGOLD_CONV2D_H

// input (N, C, H, W), weight (M, C/groups, KH, KW). Padding at the bottom and on the right shows
// only in the size of the output.
typedef struct {
    int C, H, W;
    int M, KH, KW;
    int stride_h, stride_w;
    int pad_top, pad_left;
    int dilation_h, dilation_w;
    int groups;
} conv2d_geometry;

// Output channel m of image n at (oy, ox). Taps in the padding are zeros and are left out.
float conv2d_at(const conv2d_geometry *conv, __global const float *input,
                __global const float *weight, __global const float *bias,
                int n, int m, int oy, int ox)
{
    const int group_c = conv->C / conv->groups;
    const int first_c = m / (conv->M / conv->groups) * group_c;

    float sum = 0.0f;
    for (int c = 0; c < group_c; ++c) {
        __global const float *plane = input + (n * conv->C + first_c + c) * conv->H * conv->W;
        __global const float *filter = weight + (m * group_c + c) * conv->KH * conv->KW;
        for (int ky = 0; ky < conv->KH; ++ky) {
            const int y = oy * conv->stride_h + ky * conv->dilation_h - conv->pad_top;
            if (y < 0 || y >= conv->H)
                continue;
            __global const float *row = plane + y * conv->W, *taps = filter + ky * conv->KW;
            for (int kx = 0; kx < conv->KW; ++kx) {
                const int x = ox * conv->stride_w + kx * conv->dilation_w - conv->pad_left;
                if (x >= 0 && x < conv->W)
                    sum += row[x] * taps[kx];
            }
        }
    }
    return bias ? sum + bias[m] : sum;
}

#endif
