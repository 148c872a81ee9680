"""A residual network's kernels in one: conv2d + batch_norm + relu, and conv2d + add + relu."""

from math import prod

from clgold.device import variant


def plain(shapes, attributes):
    own = attributes["conv2d"]
    return None if (own["dilation"], own["groups"]) == ((1, 1), 1) else "undilated, one group"


def fused(cl, input, weight, bias, norm, other, conv2d, eps=0.0, before=False):
    (_, c, h, w), (m, _, kh, kw) = input.shape, weight.shape
    output = cl.output()
    _, _, oh, ow = output.shape
    (top, _), (left, _) = conv2d["padding"]
    sizes = (c, h, w, m, oh, ow, kh, kw, *conv2d["stride"], top, left, eps, before)
    arrays = (input, weight, bias, *norm, other, output)
    cl.launch("fused.cl", "fused", (prod(output.shape),), None, *arrays, *sizes)
    return output


@variant("conv2d+batch_norm+relu", "right", supports=plain)
def normalised(cl, input, weight, bias, *norm, conv2d, batch_norm, relu):
    return fused(cl, input, weight, bias, norm, None, conv2d, batch_norm["eps"])


@variant("conv2d+batch_norm+relu", "wrong", supports=plain)
def constant(cl, input, weight, bias, *norm, conv2d, batch_norm, relu):
    return fused(cl, input, weight, bias, norm, None, conv2d, 1e-3)


@variant("conv2d+add+relu", "right", supports=plain)
def added(cl, input, weight, bias, other, *, conv2d, add, relu):
    return fused(cl, input, weight, bias, (None,) * 4, other, conv2d)


@variant("conv2d+add+relu", "wrong", supports=plain)
def late(cl, input, weight, bias, other, *, conv2d, add, relu):
    """The other operand comes behind the ReLU."""
    return fused(cl, input, weight, bias, (None,) * 4, other, conv2d, before=True)
