"""batch_norm_train on a device, with statistics from one pass over the input."""

from math import prod

from clgold.reference.batch_norm_train import BATCH_NORM_TRAIN
from clgold.reference.batch_statistics import one_pass

from .variants import variant


@variant("batch_norm_train", "one_pass", bound=one_pass(BATCH_NORM_TRAIN))
def batch_norm_train_one_pass(cl, input, weight, bias, *, eps):
    """One work-item computes one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    arguments = input, weight, bias, output, n, prod(inner), eps
    source = "../kernels/batch_norm_train_one_pass.cl"
    cl.launch(source, "batch_norm_train_one_pass", (c,), None, *arguments)
    return output
