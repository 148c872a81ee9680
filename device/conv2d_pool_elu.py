"""Convolution, max pooling and ELU in one kernel, in both orders of pooling and ELU."""

from clgold.reference.conv2d import CONV2D

from .conv2d import conv2d_geometry
from .max_pool2d import pool_geometry
from .variants import variant


def _conv2d_pool_elu(cl, input, weight, bias, conv2d, max_pool2d, elu, *, elu_first):
    output = cl.output()
    n, m, ph, pw = output.shape
    cl.launch(
        "../kernels/conv2d_pool_elu.cl",
        "conv2d_pool_elu",
        (pw, ph, n * m),
        None,
        *(input, weight, bias, output),
        *conv2d_geometry(input, weight, **conv2d),
        *CONV2D.out_shape(input.shape, weight.shape, **conv2d)[2:],
        *pool_geometry(**max_pool2d),
        elu["alpha"],
        int(elu_first),
    )
    return output


@variant("conv2d+max_pool2d+elu", "fused")
def conv2d_max_pool2d_elu(cl, input, weight, bias, *, conv2d, max_pool2d, elu):
    """One work-item computes one pooled element, (N, C, H, W) to (N, M, PH, PW)."""
    return _conv2d_pool_elu(cl, input, weight, bias, conv2d, max_pool2d, elu, elu_first=False)


@variant("conv2d+elu+max_pool2d", "fused")
def conv2d_elu_max_pool2d(cl, input, weight, bias, *, conv2d, elu, max_pool2d):
    """One work-item computes one pooled element, (N, C, H, W) to (N, M, PH, PW)."""
    return _conv2d_pool_elu(cl, input, weight, bias, conv2d, max_pool2d, elu, elu_first=True)
