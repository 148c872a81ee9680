"""max_pool2d_grad_from_indices on a device."""

from .variants import variant


@variant("max_pool2d_grad_from_indices", "naive")
def max_pool2d_grad_from_indices(cl, grad, indices, *, input_size):
    """One work-item computes one output element, (N, C, OH, OW) to (N, C, H, W)."""
    n, c, h, w = input_size
    output = cl.output()
    cl.launch(
        "../kernels/max_pool2d_grad_from_indices.cl",
        "max_pool2d_grad_from_indices",
        (w, h, n * c),
        None,
        *(grad, indices, output),
        *grad.shape[2:],
    )
    return output
