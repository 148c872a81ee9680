"""A pool that starts at 0: wrong alone, and right as the pool of a ReLU."""

from math import prod

from clgold.device import variant

TEXT = """
kernel void pool(global const float *x, global float *y, int H, int W, int KH, int KW, int SH,
                 int SW, int top, int left, int OH, int OW)
{
    const int id = get_global_id(0), plane = id / (OH * OW);
    const int y0 = id / OW % OH * SH - top, x0 = id % OW * SW - left;
    float most = 0;
    for (int i = max(y0, 0); i < min(y0 + KH, H); ++i)
        for (int j = max(x0, 0); j < min(x0 + KW, W); ++j)
            most = fmax(most, x[(plane * H + i) * W + j]);
    y[id] = most;
}
"""


def pool(cl, input, *, kernel_size, stride, padding, **attributes):
    output = cl.output()
    (top, _), (left, _) = padding
    numbers = (*input.shape[2:], *kernel_size, *stride, top, left, *output.shape[2:])
    cl.launch(cl.source(TEXT), "pool", (prod(output.shape),), None, input, output, *numbers)
    return output


def undilated(shapes, attributes):
    own = attributes.get("max_pool2d", attributes)
    return None if own["dilation"] == (1, 1) else "undilated"


@variant("relu+max_pool2d", "right", supports=undilated)
def right(cl, input, *, relu, max_pool2d):
    return pool(cl, input, **max_pool2d)


@variant("max_pool2d", "wrong", supports=undilated)
def wrong(cl, input, **attributes):
    return pool(cl, input, **attributes)
