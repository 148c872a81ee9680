"""softmax on a device, vectorised."""

from math import prod

from .variants import variant


def _last_dim(shapes, attributes):
    dim, last = attributes["dim"], len(shapes[0]) - 1
    return None if dim == last else f"dim {dim}, the last one expected"


@variant("softmax", "vector", supports=_last_dim)
def softmax_vector(cl, input, *, dim):
    """One work-item computes one line along the last axis."""
    *lines, axis = input.shape
    output = cl.output()
    size = (prod(lines),)
    options = ("-DVEC=8",)
    source = "../kernels/softmax_vector.cl"
    cl.launch(source, "softmax_vector", size, None, input, output, axis, options=options)
    return output
