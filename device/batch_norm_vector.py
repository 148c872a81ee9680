"""batch_norm on a device, vectorised."""

from math import prod

from .variants import variant

OPTIONS = ("-DVEC=8",)


def _images(shapes, attributes):
    return None if len(shapes[0]) > 2 else "features (N, C) without an image"


@variant("batch_norm", "vector", supports=_images, much=True)
def batch_norm_vector(cl, input, running_mean, running_var, weight, bias, *, eps):
    """One work-item computes one channel of one image, (N, C, H, W) to the same."""
    n, c, *plane = input.shape
    inner = prod(plane)
    output = cl.output()
    cl.launch(
        "../kernels/batch_norm_vector.cl",
        "batch_norm_vector",
        (c, n),
        None,
        *(input, running_mean, running_var, weight, bias, output, inner),
        eps,
        options=OPTIONS,
    )
    return output
