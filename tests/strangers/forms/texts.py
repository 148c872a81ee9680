"""A kernel that stands in no file: several texts, and a template whose values are filled in."""

from math import prod

from clgold.device import variant

HEAD = """
inline float elu(float x)
{
    return x > 0 ? x : {{alpha}} * expm1(x);
}
"""
BODY = """
__kernel void activation(__global const float *x, __global float *y)
{
    y[get_global_id(0)] = elu(x[get_global_id(0)]);
}
"""


@variant("elu", "texts")
def elu(cl, input, *, alpha):
    output = cl.output()
    source = cl.source(HEAD, BODY, alpha=f"{alpha!r}f")
    cl.launch(source, "activation", (prod(input.shape),), None, input, output)
    return output
