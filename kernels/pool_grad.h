// What the gradients of pools share.

#ifndef CLGOLD_POOL_GRAD_H
#define CLGOLD_POOL_GRAD_H

// The window along one axis whose tap falls on the pixel `place`, counted from where the padding
// begins; -1 if there is none.
int window_of(int place, int tap, int stride, int count)
{
    const int start = place - tap;
    return start >= 0 && start % stride == 0 && start / stride < count ? start / stride : -1;
}

// The tap that wins the window at (top, left) of an image, as its pixel's place y * W + x: of equal
// largest values the first, of NaN the last; -1 where the window sees no pixel.
int winner(__global const float *plane, int top, int left, int H, int W, int KH, int KW,
           int dilation_h, int dilation_w)
{
    float largest = -INFINITY;
    int place = -1;
    for (int ky = 0; ky < KH; ++ky)
        for (int kx = 0; kx < KW; ++kx) {
            const int y = top + ky * dilation_h, x = left + kx * dilation_w;
            if (y < 0 || y >= H || x < 0 || x >= W)
                continue;
            const float value = plane[y * W + x];
            if (place < 0 || value > largest || isnan(value)) {
                largest = value;
                place = y * W + x;
            }
        }
    return place;
}

#endif
