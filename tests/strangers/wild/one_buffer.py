"""A student's layer: all weights in one buffer, biases first, and raw strings for the source."""

from clgold.device import variant

COPY = r"""
kernel void copy(global const float *from, global float *to, int offset)
{
    to[offset + get_global_id(0)] = from[get_global_id(0)];
}
"""
LAYER = r"""
kernel void connected(global const float *x, global const float *all, global float *y, int K)
{
    const int m = get_global_id(0), M = get_global_size(0), n = get_global_id(1);
    float sum = all[m];
    for (int k = 0; k < {{terms}}; ++k) sum += x[n * K + k] * all[M + m * K + k];
    y[n * M + m] = sum > 0 ? sum : 0;
}
"""


def biased(shapes, attributes):
    input, _, bias = shapes
    return None if len(input) == 2 and bias is not None else "(N, K) with a bias"


def connected(cl, input, weight, bias, terms):
    (n, k), (m, _) = input.shape, weight.shape
    output, everything = cl.output(), cl.empty((m + m * k,))
    source = cl.source(COPY, LAYER, terms=terms)
    cl.launch(source, "copy", (m,), None, bias, everything, 0)
    cl.launch(source, "copy", (m * k,), None, weight, everything, m)
    cl.launch(source, "connected", (m, n), None, input, everything, output, k)
    return output


@variant("linear+relu", "right", supports=biased, finite=True)
def right(cl, input, weight, bias, **attributes):
    return connected(cl, input, weight, bias, "K")


@variant("linear+relu", "wrong", supports=biased, finite=True)
def wrong(cl, input, weight, bias, **attributes):
    """Whole vectors of four, and not what is left over."""
    return connected(cl, input, weight, bias, "K / 4 * 4")
