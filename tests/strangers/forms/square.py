"""What most convolutions in the world support: square images, 3×3, stride 1, channels by 8."""

from clgold.device import variant


def supports(shapes, attributes):
    (_, c, h, w), (m, _, kh, kw), *_ = shapes
    if h != w:
        return "square images only"
    if c % 8 or m % 8:
        return "channels in multiples of 8 only"
    if (kh, kw) != (3, 3) or attributes["stride"] != (1, 1):
        return "3×3 with stride 1 only"
    if attributes["dilation"] != (1, 1) or attributes["groups"] != 1:
        return "neither dilation nor groups"
    (top, bottom), (left, right) = attributes["padding"]
    return None if top == bottom == left == right else "the same padding on all sides only"


@variant("conv2d", "square", supports=supports)
def conv2d(cl, input, weight, bias, *, stride, padding, dilation, groups):
    n, c, size, _ = input.shape
    m = weight.shape[0]
    output = cl.output()
    out = output.shape[2]
    options = (f"-DSIZE={size}", f"-DC={c}", f"-DPAD={padding[0][0]}")
    cl.launch(
        *("square.cl", "conv2d", (out, out, n * m), None),
        *(input, weight, bias, output, m),
        options=options,
    )
    return output
