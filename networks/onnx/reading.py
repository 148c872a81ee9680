"""Which function reads which of ONNX's operators into our layers."""

from collections.abc import Callable, Mapping

from . import images, layout, products, rows
from .builder import Builder
from .values import Op, Value

READERS: Mapping[str, Callable[[Builder, Op], Value]] = {
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
    "Relu": rows.pointwise("relu"),
    "Elu": rows.elu,
    "Tanh": rows.pointwise("tanh"),
    "Sigmoid": rows.pointwise("sigmoid"),
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
