"""permute on a device."""

from math import prod

from .variants import variant


def exchanges(shape, dims):
    """The exchanges (outer, a, b, inner) of neighbouring groups that bring the axes into order."""
    order, found = list(range(len(dims))), []
    for place, dim in enumerate(dims):
        at = order.index(dim)
        sizes = [shape[axis] for axis in order]
        a, b = prod(sizes[place:at]), sizes[at]
        if a > 1 and b > 1:
            found.append((prod(sizes[:place]), a, b, prod(sizes[at + 1 :])))
        order.insert(place, order.pop(at))
    return found or [(1, 1, 1, prod(shape))]  # nothing moves: a copy


@variant("permute", "naive")
def permute(cl, input, *, dims):
    """One launch for each exchange, one work-item copies one element."""
    output = cl.output()
    *others, last = exchanges(input.shape, dims)
    for outer, a, b, inner in others:
        target = cl.empty(input.shape)
        size = (inner, a, outer * b)
        cl.launch("../kernels/permute.cl", "permute", size, None, input, target, b)
        input = target
    outer, a, b, inner = last
    size = (inner, a, outer * b)
    cl.launch("../kernels/permute.cl", "permute", size, None, input, output, b)
    return output
