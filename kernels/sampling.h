// The geometry of the spatial transformer, as torch's affine_grid and grid_sample define it.
//
// Pixel i is the square from i - 0.5 to i + 0.5. The normalised coordinates -1 and 1 are the
// image's edges, -0.5 and size - 0.5; with align_corners they are the centres of the first and
// the last pixel, 0 and size - 1.

#ifndef CLGOLD_SAMPLING_H
#define CLGOLD_SAMPLING_H

enum { BILINEAR, NEAREST };         // mode
enum { ZEROS, BORDER, REFLECTION }; // padding_mode

// The normalised coordinate of pixel i: (2i + 1)/size - 1, or with align_corners
// 2i/(size - 1) - 1. Over the common denominator only the division rounds.
float base_coordinate(int i, int size, int align_corners)
{
    const int span = align_corners ? size - 1 : size;
    return span == 0 ? 0.0f : (float)(2 * i + 1 - size) / (float)span;
}

// The grid point (x, y) that theta (2, 3) gives to the base point (x, y, 1).
float2 affine_point(__global const float *theta, float x, float y)
{
    return (float2)(theta[0] * x + theta[1] * y + theta[2],
                    theta[3] * x + theta[4] * y + theta[5]);
}

// Folds a distance from one end of [0, span] into it; fmod and the difference are exact.
float reflect(float distance, float span)
{
    const float inside = fmod(fabs(distance), 2.0f * span);
    return inside > span ? 2.0f * span - inside : inside;
}

// From normalised coordinate to pixel, brought into the image unless the padding is ZEROS.
float pixel_coordinate(float normalised, int size, int padding_mode, int align_corners)
{
    const float low = align_corners ? 0.0f : -0.5f;
    const float span = (float)(align_corners ? size - 1 : size);
    const float distance = (normalised + 1.0f) * (0.5f * span);

    if (padding_mode == ZEROS)
        return distance + low;
    const float coordinate =
        (padding_mode == REFLECTION ? reflect(distance, span) : distance) + low;
    // fmax(NaN, 0) is 0, so that NaN samples the first pixel; a span of 0 reflects to NaN too.
    return fmin(fmax(coordinate, 0.0f), (float)(size - 1));
}

// How a pixel's coordinate grows with the normalised one: 0 where it is clipped, and at the centres
// of the outer pixels.
float pixel_slope(float normalised, int size, int padding_mode, int align_corners)
{
    const float span = (float)(align_corners ? size - 1 : size);
    const float distance = (normalised + 1.0f) * (0.5f * span);
    if (padding_mode == ZEROS)
        return 0.5f * span;
    const float pixel = pixel_coordinate(normalised, size, padding_mode, align_corners);
    if (!(pixel > 0.0f && pixel < (float)(size - 1)))
        return 0.0f;
    const int turned = padding_mode == REFLECTION && fmod(fabs(distance), 2.0f * span) > span;
    return (turned != (padding_mode == REFLECTION && distance < 0.0f) ? -0.5f : 0.5f) * span;
}

// How much a pixel counts at a coordinate along its axis.
float pixel_weight(float coordinate, int pixel, int mode)
{
    if (mode == NEAREST)
        return rint(coordinate) == pixel ? 1.0f : 0.0f;
    const float before = floor(coordinate), after = coordinate - before;
    return pixel == before ? 1.0f - after : pixel == before + 1.0f ? after : 0.0f;
}

float pixel_or_zero(__global const float *plane, int y, int x, int H, int W)
{
    return y >= 0 && y < H && x >= 0 && x < W ? plane[y * W + x] : 0.0f;
}

// Both samplers test the range before the cast: NaN and far coordinates do not fit into an int.

float sample_nearest(__global const float *plane, float y, float x, int H, int W)
{
    const float row = rint(y), column = rint(x); // half to even
    const int inside = row >= 0.0f && row < H && column >= 0.0f && column < W;
    return inside ? plane[(int)row * W + (int)column] : 0.0f;
}

float sample_bilinear(__global const float *plane, float y, float x, int H, int W)
{
    if (!(y > -1.0f && y < H && x > -1.0f && x < W))
        return 0.0f;
    const int top = (int)floor(y), left = (int)floor(x);
    const float below = y - top, right = x - left; // the weights of the far neighbours
    return pixel_or_zero(plane, top, left, H, W) * (1.0f - below) * (1.0f - right)
         + pixel_or_zero(plane, top, left + 1, H, W) * (1.0f - below) * right
         + pixel_or_zero(plane, top + 1, left, H, W) * below * (1.0f - right)
         + pixel_or_zero(plane, top + 1, left + 1, H, W) * below * right;
}

// The value of one plane (H, W) at the normalised grid point (x, y).
float sample(__global const float *plane, float2 point, int H, int W,
             int mode, int padding_mode, int align_corners)
{
    const float x = pixel_coordinate(point.x, W, padding_mode, align_corners);
    const float y = pixel_coordinate(point.y, H, padding_mode, align_corners);
    return mode == NEAREST ? sample_nearest(plane, y, x, H, W)
                           : sample_bilinear(plane, y, x, H, W);
}

#endif
