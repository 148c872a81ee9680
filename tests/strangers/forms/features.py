"""What no device here has is said to be missing, and is no failure of the kernel's."""

from clgold.device import variant


@variant("relu", "features", requires=("cl_nobody_has_this",))
def relu(cl, input):
    cl.launch("nowhere.cl", "relu", input.shape, None, input)
    return cl.output()
