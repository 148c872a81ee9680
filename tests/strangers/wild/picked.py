"""One text for every activation, which an option picks; the launch is rounded up."""

from math import prod

from clgold.device import variant

TEXT = """
kernel void activate(const int n, global const float *x, global float *y)
{
    const int i = get_global_id(0);
    if (i < n) { const float v = x[i]; y[i] = ACTIVATION; }
}
"""


def alpha_of_one(shapes, attributes):
    return None if attributes["alpha"] == 1 else "alpha is 1"


def activate(cl, input, activation):
    n, output = prod(input.shape), cl.output()
    size, options = (-(-n // 64) * 64,), (f"-DACTIVATION={activation}",)
    cl.launch(cl.source(TEXT), "activate", size, (64,), n, input, output, options=options)
    return output


@variant("elu", "right", supports=alpha_of_one)
def right(cl, input, *, alpha):
    return activate(cl, input, "(v>0?v:expm1(v))")


@variant("elu", "wrong", supports=alpha_of_one)
def wrong(cl, input, *, alpha):
    """0 times infinity is NaN."""
    return activate(cl, input, "((v>=0)*v+(v<0)*(exp(v)-1))")
