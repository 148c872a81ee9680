"""Which function reads which of ONNX's operators into our layers."""

from collections.abc import Mapping

from clgold.reference import LAYERS, Layer

from . import images, layout, products, rows
from .rows import Reader

OWN: dict[str, Reader] = {
    "Conv": images.conv,
    "MaxPool": images.max_pool,
    "AveragePool": images.average_pool,
    "LpPool": images.lp_pool,
    "GlobalAveragePool": images.global_pool("avg_pool2d"),
    "GlobalMaxPool": images.global_pool("max_pool2d"),
    "BatchNormalization": images.batch_normalization,
    "LRN": images.lrn,
    "AffineGrid": images.affine_grid,
    "GridSample": images.grid_sample,
    "Gemm": products.gemm,
    "MatMul": products.matmul,
    "Add": products.add,
    "Sum": products.total,
    "Softmax": rows.normalised("softmax"),
    "LogSoftmax": rows.normalised("log_softmax"),
    "ArgMax": rows.arg_max,
    "Flatten": layout.flatten,
    "Reshape": layout.reshape,
    "Squeeze": layout.squeeze,
    "Unsqueeze": layout.unsqueeze,
    "Transpose": layout.transpose,
    "Concat": layout.concat,
    "Dropout": layout.dropout,
    "Identity": layout.identity,
    "Shape": layout.shape_of,
    "Constant": layout.constant,
    "ConstantOfShape": layout.constant_of_shape,
}


def means_the_same(layer: Layer) -> bool:
    """Whether an operator of ONNX is the layer as it stands: on single values, with numbers."""
    single = all(operand.layouts == (("...",),) for operand in layer.operands)
    numbers = all(one.kind == "number" for one in layer.attributes.values())
    return bool(layer.onnx) and single and numbers


READERS: Mapping[str, Reader] = dict(map(rows.pointwise, filter(means_the_same, LAYERS))) | OWN
