"""A pool whose numbers are all options, with a second output, a null pointer and a fixed group."""

import numpy as np

from clgold.device import variant


def tiled(shapes, attributes):
    (kernel, _), rest = attributes["kernel_size"], attributes["padding"]
    if shapes[0][2] != shapes[0][3] or attributes["kernel_size"] != (kernel, kernel):
        return "squares only"
    plain = attributes["stride"] == (kernel, kernel) and rest == ((0, 0), (0, 0))
    undilated = attributes["dilation"] == (1, 1) and not attributes["ceil_mode"]
    return None if plain and undilated else "windows side by side only"


def pool(cl, input, kernel_size, start):
    n, c, side, _ = input.shape
    output = cl.output()
    out = output.shape[-1]
    selectors = cl.empty(output.shape, np.int32)
    options = f"-D SIDE={side} -DOUT={out} -DPOOL={kernel_size[0]} -DSTART={start}"
    size = -(-n * c * out * out // 32) * 32
    arguments = (n * c, input, output, selectors, None)
    cl.launch("selectors.cl", "pool", (size,), (32,), *arguments, options=options)
    return output


@variant("max_pool2d", "right", supports=tiled, finite=True)
def right(cl, input, *, kernel_size, **attributes):
    return pool(cl, input, kernel_size, "-INFINITY")


@variant("max_pool2d", "wrong", supports=tiled, finite=True)
def wrong(cl, input, *, kernel_size, **attributes):
    return pool(cl, input, kernel_size, "0.0f")
