"""cross_entropy on a device."""

from .variants import variant

SOURCE = "../kernels/cross_entropy.cl"


def divisor(count, reduction):
    """What the sum over the images is divided by, as a float."""
    return float(count) if reduction == "mean" else 1.0


@variant("cross_entropy", "naive")
def cross_entropy(cl, input, target, *, reduction):
    """One work-item computes one image's loss, and one adds them up."""
    n, c = input.shape
    output = cl.output()
    losses = output if reduction == "none" else cl.empty((n,))
    cl.launch(SOURCE, "cross_entropy_losses", (n,), None, input, target, losses, c)
    if reduction != "none":
        share = divisor(n, reduction)
        cl.launch(SOURCE, "cross_entropy_total", (1,), None, losses, output, n, share)
    return output
