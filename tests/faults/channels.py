"""Normalisations with faults: our naive launches, each time with another kernel."""

from math import prod

from clgold.device import variant

# PoCL compiles a kernel anew for every size of work-group.
ALONE = (1, 1, 1)


def batch_norm(name):
    @variant("batch_norm", name)
    def launch(cl, *operands, eps):
        n, c, *inner = operands[0].shape
        output = cl.output()
        cl.launch(f"{name}.cl", "batch_norm", (prod(inner), c, n), ALONE, *operands, output, eps)
        return output


def local_response_norm(name):
    @variant("local_response_norm", name)
    def launch(cl, input, *, size, alpha, beta, k):
        n, c, *inner = input.shape
        output = cl.output()
        shape = (prod(inner), c, n)
        settings = size, alpha, beta, k
        cl.launch(f"{name}.cl", "local_response_norm", shape, ALONE, input, output, *settings)
        return output


batch_norm("F23_eps_outside_the_root")
batch_norm("F24_eps_of_another_library")
batch_norm("F25_gamma_and_beta_exchanged")
batch_norm("F25_mean_and_variance_exchanged")
local_response_norm("F32_alpha_not_divided_by_size")
local_response_norm("F32_window_short_on_the_right")
