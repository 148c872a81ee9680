"""softmax on a device, vectorised."""

from math import prod

from .variants import variant


def _last_dim(shapes, attributes):
    return None if attributes["dim"] == len(shapes[0]) - 1 else "dim other than the last"


@variant("softmax", "vector", supports=_last_dim, much=2**8)
def softmax_vector(cl, input, *, dim):
    """One work-item computes one line along the last axis."""
    *lines, axis = input.shape
    output = cl.output()
    size = (prod(lines),)
    options = ("-DVEC=8",)
    source = "../kernels/softmax_vector.cl"
    cl.launch(source, "softmax_vector", size, None, input, output, axis, options=options)
    return output
