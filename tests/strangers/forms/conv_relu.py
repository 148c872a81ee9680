"""The fusion of the wild: a convolution and its ReLU in one kernel; a linear layer and its."""

from clgold.device import variant


def plain(shapes, attributes):
    own = attributes["conv2d"]
    return (
        None if (own["dilation"], own["groups"]) == ((1, 1), 1) else "neither dilation nor groups"
    )


@variant("conv2d+relu", "one kernel", supports=plain)
def conv_relu(cl, input, weight, bias, *, conv2d, relu):
    n, c, h, w = input.shape
    m, _, kh, kw = weight.shape
    (top, _), (left, _) = conv2d["padding"]
    output = cl.output()
    _, _, oh, ow = output.shape
    sizes = (c, h, w, m, kh, kw, *conv2d["stride"], top, left)
    arrays = (input, weight, bias, output)
    cl.launch("conv_relu.cl", "conv_relu", (ow, oh, n * m), None, *arrays, *sizes)
    return output


@variant("linear+relu", "one kernel")
def linear_relu(cl, input, weight, bias, *, linear, relu):
    (n, k), (m, _) = input.shape, weight.shape
    output = cl.output()
    cl.launch("conv_relu.cl", "linear_relu", (m, n), None, input, weight, bias, output, k)
    return output
