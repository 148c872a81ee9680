"""mul on a device."""

from math import prod

from .variants import variant

SOURCE = "../kernels/mul.cl"


def repeated(cl, array, shape):
    """The array in that shape: one launch for each axis that is repeated."""
    sizes = [1] * (len(shape) - len(array.shape)) + list(array.shape)
    for axis, count in enumerate(shape):
        if sizes[axis] != count:
            size = prod(sizes[axis + 1 :]), count, prod(sizes[:axis])
            sizes[axis] = count
            target = cl.empty(tuple(sizes))
            cl.launch(SOURCE, "repeat", size, None, array, target)
            array = target
    return array


@variant("mul", "naive")
def mul(cl, a, b):
    """One work-item computes one element, once both arrays have the output's shape."""
    output = cl.output()
    one, other = (repeated(cl, array, output.shape) for array in (a, b))
    cl.launch(SOURCE, "mul", (prod(output.shape),), None, one, other, output)
    return output
