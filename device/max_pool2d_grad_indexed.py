"""max_pool2d_grad on a device, each window looked at once."""

import numpy as np

from .max_pool2d import pool_geometry
from .variants import variant

SOURCE = "../kernels/max_pool2d_grad_indexed.cl"


@variant("max_pool2d_grad", "indexed", much=True)
def max_pool2d_grad_indexed(cl, grad, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    """One work-item finds the winner of one window; then one adds up what one pixel wins."""
    geometry = pool_geometry(kernel_size, stride, padding, dilation, ceil_mode)
    n, c, h, w = input.shape
    *_, oh, ow = grad.shape
    winners, output = cl.empty(grad.shape, np.int32), cl.output()
    size = (ow, oh, n * c)
    cl.launch(SOURCE, "max_pool2d_winners", size, None, input, winners, h, w, *geometry)
    arguments = grad, winners, output, oh, ow, *geometry
    cl.launch(SOURCE, "max_pool2d_grad_indexed", (w, h, n * c), None, *arguments)
    return output
