"""What PyTorch and the ONNX reference evaluator compute in float64, wherever they have the layer.

Optional: pip install "clgold[peers]". Where a convention differs, the difference is shown.
"""

import importlib
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from draws import cases
from hypothesis import assume, given

from clgold.golden.cases import Case
from clgold.networks.onnx.operators import named
from clgold.networks.onnx.reading import means_the_same
from clgold.networks.onnx.saying import renamed
from clgold.reference import (
    LAYERS,
    SpecError,
    affine_grid,
    avg_pool2d,
    find_layer,
    grid_sample,
    linear,
    local_response_norm,
    lp_pool2d,
    max_pool2d,
)
from clgold.reference.grid_sample import MODES, PADDING_MODES

Array = np.ndarray
Attributes = dict[str, Any]
OPSET = 22  # the first whose pooling operators state what ceil_mode counts


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason='PyTorch is not here: pip install "clgold[peers]"')


@pytest.fixture(scope="module")
def onnx() -> Any:
    return pytest.importorskip("onnx", reason='onnx is not here: pip install "clgold[peers]"')


def agree(ours: Array, theirs: Array, tolerance: float = 1e-12) -> None:
    """Equal shapes, NaN in the same places, and errors small beside the largest number."""
    largest = np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * largest)


def fit_for_torch(case: Case) -> Case:
    """Padded alike on both sides of an axis; cubes of integers, whose sums have a certain sign."""
    attributes = dict(case.attributes)
    if case.layer == "conv2d":
        attributes["padding"] = tuple((max(sides),) * 2 for sides in attributes["padding"])
    elif "padding" in attributes and "kernel_size" in attributes:
        attributes["padding"] = tuple(
            (min(max(sides), taps // 2),) * 2
            for sides, taps in zip(attributes["padding"], attributes["kernel_size"], strict=True)
        )
    if case.layer == "lp_pool2d_grad":  # of a fraction torch has NaN beside every window too
        attributes["norm_type"] = float(max(1, int(attributes["norm_type"])))
    if case.layer.startswith("batch_norm_train"):  # of a variance of 0 without eps torch makes 0
        attributes["eps"] = max(attributes.get("eps", 1e-5), 1e-5)
    probe = "exact" if case.layer == "lp_pool2d" else case.probe
    return replace(case, attributes=attributes, probe=probe)


def torch_attributes(attributes: Attributes) -> Attributes:
    """One number of padding for each axis, where that says all."""
    if any(before != after for before, after in attributes.get("padding", ())):
        return attributes
    if "padding" not in attributes:
        return attributes
    return attributes | {"padding": tuple(before for before, _ in attributes["padding"])}


def of_torch(torch: Any, layer: str) -> Callable[..., Any] | None:
    """torch's function for a layer, of float64 tensors and our attributes; mostly of our name."""
    f = torch.nn.functional
    other: dict[str, Callable[..., Any]] = {
        "affine_grid": lambda theta, **rest: f.affine_grid(theta.reshape(-1, 2, 3), **rest),
        "concat": lambda *inputs, dim: torch.concat(inputs, dim),
        "flatten": lambda x: torch.flatten(x.unsqueeze(-1), 1),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        **gradients_of_torch(torch),
        **steps_of_torch(torch),
        **statistics_of_torch(torch),
    }
    own = getattr(f, layer, None) or getattr(torch, layer, None)
    return other.get(layer, own)


def gradients_of_torch(torch: Any) -> dict[str, Callable[..., Any]]:
    """What autograd makes of torch's layers: ours begin with the gradient of the result."""
    f, backward = torch.nn.functional, torch.ops.aten

    def of(forward: Callable[..., Any], place: int = 0) -> Callable[..., Any]:
        """The gradient in one of forward's operands."""

        def gradient(grad: Any, *operands: Any, **attributes: Any) -> Any:
            moved = [None if o is None else o.clone() for o in operands]
            moved[place].requires_grad_()
            forward(*moved, **attributes).backward(grad)
            return moved[place].grad

        return gradient

    def at_zero(forward: Callable[..., Any]) -> Callable[..., Any]:
        """The gradient of a linear layer, whatever it reads."""

        def gradient(grad: Any, *, input_size: Any, **attributes: Any) -> Any:
            return of(forward)(grad, torch.zeros(input_size, dtype=grad.dtype), **attributes)

        return gradient

    def affine_grid_grad(grad: Any, *, flat: bool, **attributes: Any) -> Any:
        theta = torch.zeros(len(grad), 2, 3, dtype=grad.dtype)
        found = of(f.affine_grid)(grad, theta, **attributes)
        return found.reshape(-1, 6) if flat else found

    def lp_pool2d_grad(grad: Any, x: Any, y: Any, *, norm_type: float, **attributes: Any) -> Any:
        """Of a result of its own: torch's windows of powers, and the root's slope by hand."""
        slope = torch.where(y == 0, 0.0, grad * y ** (1 - norm_type) / norm_type)
        whole = math.prod(attributes["kernel_size"])
        return of(lambda x, **given: f.avg_pool2d(x**norm_type, **given) * whole)(
            slope, x, **attributes
        )

    def conv2d(x: Any, w: Any, *, padding: Any, **rest: Any) -> Any:
        """Padded apart, for ours may differ from side to side."""
        (top, bottom), (left, right) = (p if isinstance(p, tuple) else (p, p) for p in padding)
        return f.conv2d(f.pad(x, (left, right, top, bottom)), w, **rest)

    def conv2d_input_grad(grad: Any, w: Any, *, input_size: Any, **rest: Any) -> Any:
        return of(conv2d)(grad, torch.zeros(input_size, dtype=grad.dtype), w, **rest)

    def conv2d_weight_grad(grad: Any, x: Any, *, weight_size: Any, **rest: Any) -> Any:
        return of(conv2d, 1)(grad, x, torch.zeros(weight_size, dtype=grad.dtype), **rest)

    def bias_grad(grad: Any) -> Any:
        """Of what is added to every image and place."""
        bias = torch.zeros(grad.shape[1], dtype=grad.dtype)
        shape = (-1, *(1,) * (grad.ndim - 2))
        return of(lambda b: b.reshape(shape) + torch.zeros_like(grad))(grad, bias)

    def linear_input_grad(grad: Any, w: Any) -> Any:
        return of(f.linear)(grad, torch.zeros(len(grad), w.shape[1], dtype=grad.dtype), w)

    def linear_weight_grad(grad: Any, x: Any) -> Any:
        return of(f.linear, 1)(grad, x, torch.zeros(grad.shape[1], x.shape[1], dtype=grad.dtype))

    def from_indices(grad: Any, indices: Any, *, input_size: Any) -> Any:
        """torch asks for the pool as well: one window of one pixel for each index."""
        n, c, h, w = input_size
        flat = torch.zeros(n, c, h * w, dtype=grad.dtype)
        named = indices < h * w
        places = torch.where(named, indices, 0).long().flatten(2)
        return flat.scatter_add(2, places, (grad * named).flatten(2)).reshape(input_size)

    def of_batch_norm(name: str) -> Callable[..., Any]:
        """The gradient in that operand; those that it does not read do not matter."""
        reads = [one.name for one in find_layer(f"batch_norm_{name}_grad").operands]

        def gradient(grad: Any, *operands: Any, **attributes: Any) -> Any:
            given = dict(zip(reads[1:], operands, strict=True))
            ones = torch.ones(grad.shape[1], dtype=grad.dtype)
            order = ("input", "running_mean", "running_var", "weight", "bias")
            every = [given.get(key, grad if key == "input" else ones) for key in order]
            return of(f.batch_norm, order.index(name))(grad, *every, **attributes)

        return gradient

    def of_training(name: str) -> Callable[..., Any]:
        """The same with the batch's own statistics; torch's kernel takes one value too."""
        place = ("input", "weight").index(name)

        def gradient(grad: Any, x: Any, weight: Any = None, *, eps: float) -> Any:
            moved = [x.clone(), torch.ones(x.shape[1], dtype=x.dtype) if weight is None else weight]
            moved[place] = moved[place].clone().requires_grad_()
            y = torch.native_batch_norm(*moved, None, None, None, True, 0.1, eps)[0]
            y.backward(grad)
            return moved[place].grad

        return gradient

    def elu_grad(grad: Any, input: Any, *, alpha: float, is_result: bool) -> Any:
        return backward.elu_backward(grad, alpha, 1, 1, is_result, input)

    def of_sampler(grad: Any, input: Any, grid: Any, which: int, given: Attributes) -> Any:
        words = MODES.index(given["mode"]), PADDING_MODES.index(given["padding_mode"])
        mask = [which == 0, which == 1]
        found = backward.grid_sampler_2d_backward(
            grad, input, grid, *words, given["align_corners"], mask
        )
        return found[which]

    def grid_sample_input_grad(grad: Any, grid: Any, *, input_size: Any, **given: Any) -> Any:
        return of_sampler(grad, torch.zeros(input_size, dtype=grad.dtype), grid, 0, given)

    return {
        "grid_sample_input_grad": grid_sample_input_grad,
        "grid_sample_grid_grad": lambda g, x, grid, **given: of_sampler(g, x, grid, 1, given),
        "relu_grad": of(f.relu),
        "leaky_relu_grad": of(f.leaky_relu),
        "elu_grad": elu_grad,
        "tanh_grad": backward.tanh_backward,
        "sigmoid_grad": backward.sigmoid_backward,
        "softmax_grad": lambda g, y, dim: backward._softmax_backward_data(g, y, dim, y.dtype),
        "log_softmax_grad": lambda g, y, dim: backward._log_softmax_backward_data(
            g, y, dim, y.dtype
        ),
        "cross_entropy_grad": of(f.cross_entropy),
        "dropout": lambda x, mask, p: backward.native_dropout_backward(x, mask > 0, 1 / (1 - p)),
        "dropout_grad": lambda g, mask, p: backward.native_dropout_backward(
            g, mask > 0, 1 / (1 - p)
        ),
        **{"conv2d_input_grad": conv2d_input_grad, "conv2d_weight_grad": conv2d_weight_grad},
        **{"linear_input_grad": linear_input_grad, "linear_weight_grad": linear_weight_grad},
        **{"conv2d_bias_grad": bias_grad, "linear_bias_grad": bias_grad},
        "avg_pool2d_grad": at_zero(f.avg_pool2d),
        "max_pool2d_grad": of(f.max_pool2d),
        "lp_pool2d_grad": lp_pool2d_grad,
        "max_pool2d_grad_from_indices": from_indices,
        "local_response_norm_grad": of(f.local_response_norm),
        "affine_grid_grad": affine_grid_grad,
        **{f"batch_norm_{name}_grad": of_batch_norm(name) for name in ("input", "weight", "bias")},
        **{f"batch_norm_train_{name}_grad": of_training(name) for name in ("input", "weight")},
    }


def steps_of_torch(torch: Any) -> dict[str, Callable[..., Any]]:
    """What torch.optim.SGD makes of weights and of its momentum buffers."""

    def stepped(weight: Any, grad: Any, velocity: Any, given: Attributes) -> tuple[Any, Any]:
        """Both after one step; a velocity of None is the first step's."""
        buffers = [None if velocity is None else velocity.clone()]
        moved, rest = weight.clone(), {"lr": 1.0, "nesterov": False} | given
        step = importlib.import_module("torch.optim.sgd").sgd  # torch.optim hides the module
        step([moved], [grad], buffers, maximize=False, foreach=False, **rest)
        return moved, buffers[0]

    def sgd_velocity(weight: Any, grad: Any, velocity: Any, *, momentum: float, **rest: Any) -> Any:
        """torch keeps no buffer without momentum: of nothing, any momentum leaves nothing."""
        kept = velocity if momentum or velocity is None else torch.zeros_like(velocity)
        return stepped(weight, grad, kept, rest | {"momentum": momentum or 1.0})[1]

    return {
        "accumulate": lambda a, b: a.clone().add_(b),
        "set_zero": torch.zeros_like,
        "sgd": lambda weight, grad, velocity, **given: stepped(weight, grad, velocity, given)[0],
        "sgd_velocity": sgd_velocity,
    }


def statistics_of_torch(torch: Any) -> dict[str, Callable[..., Any]]:
    """What torch's batch normalisation makes of a batch, and of its running statistics."""

    def batch_norm_train(x: Any, weight: Any, bias: Any, *, eps: float) -> Any:
        return torch.native_batch_norm(x, weight, bias, None, None, True, 0.1, eps)[0]

    def updated(x: Any, momentum: float, mean: Any = None, var: Any = None) -> tuple[Any, Any]:
        """Both running statistics; those that are not given are 0 and 1."""
        kept = [torch.zeros(x.shape[1], dtype=x.dtype), torch.ones(x.shape[1], dtype=x.dtype)]
        kept = [
            old if new is None else new.clone() for old, new in zip(kept, (mean, var), strict=True)
        ]
        torch.native_batch_norm(x, None, None, *kept, True, momentum, 1e-5)
        return kept[0], kept[1]

    def running_mean(x: Any, old: Any, *, momentum: float) -> Any:
        return updated(x, 1.0 if old is None else momentum, mean=old)[0]

    def running_var(x: Any, old: Any, *, momentum: float, unbiased: bool) -> Any:
        if unbiased:
            return updated(x, 1.0 if old is None else momentum, var=old)[1]
        new = x.transpose(0, 1).flatten(1).var(1, correction=0)
        return new if old is None else torch.lerp(old, new, momentum)

    return {
        "batch_norm_train": batch_norm_train,
        "batch_norm_running_mean": running_mean,
        "batch_norm_running_var": running_var,
    }


TORCH_HAS_NOT = ("local2d", "scale_shift")
SHARED = [layer.name for layer in LAYERS if not layer.name.startswith(TORCH_HAS_NOT)]


def test_every_layer_is_compared_with_torch_or_known_to_be_ours(torch: Any) -> None:
    known = {layer.name for layer in LAYERS if of_torch(torch, layer.name)}
    assert known == set(SHARED)


# torch says so of a single row or column with align_corners; its answer, 0, is ours.
@pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid behavior has changed")
@pytest.mark.parametrize("data", ["integers", "reals"])
@pytest.mark.parametrize("layer", SHARED)
def test_torch_computes_the_same(torch: Any, layer: str, data: str) -> None:
    theirs = of_torch(torch, layer)
    assert theirs is not None

    @given(cases(layer, data).map(fit_for_torch))
    def holds(case: Case) -> None:
        assume(has_an_output(case) and every_window_has_a_maximum(case))
        doubles = [None if o is None else o.astype(np.float64) for o in case.operands]
        tensors = [None if o is None else torch.from_numpy(o) for o in doubles]
        expected = theirs(*tensors, **torch_attributes(dict(case.attributes))).numpy()
        ours = case.call(find_layer(layer).forward)
        if layer == "argmax":
            ours, expected = (picked(case, index) for index in (ours, expected))
        agree(ours, expected)

    holds()


def has_an_output(case: Case) -> bool:
    """Whether a window still fits."""
    try:
        find_layer(case.layer).out_shape(*case.shapes, **case.attributes)
    except SpecError:
        return False
    return True


def every_window_has_a_maximum(case: Case) -> bool:
    """For a gradient: of a window that lies in the padding torch hands it to a place outside."""
    if case.layer != "max_pool2d_grad":
        return True
    return bool(np.isfinite(max_pool2d(case.operands[1], **case.attributes)).all())


def picked(case: Case, index: Array) -> Array:
    """The values that an argmax names: of equal maxima torch may name any."""
    (x,), dim = case.operands, case.attributes["dim"]
    return np.take_along_axis(x, np.expand_dims(index, dim), axis=dim)


def test_torch_takes_less_padding_of_a_dilated_window(torch: Any) -> None:
    """Half of what the window spans is ours; half of its taps is torch's."""
    x = np.arange(1, 6, dtype=np.float32).reshape(1, 1, 1, 5)
    y = max_pool2d(x, (1, 3), stride=1, padding=(0, 2), dilation=(1, 2))
    np.testing.assert_array_equal(y[0, 0, 0], [3, 4, 5, 4, 5])
    with pytest.raises(RuntimeError, match="half of"):
        torch.nn.functional.max_pool2d(torch.from_numpy(x), (1, 3), 1, (0, 2), (1, 2))


def test_torchs_lp_pool_hands_nothing_back_to_an_empty_window(torch: Any) -> None:
    x = np.array([0, 0, 3, -4, 1], np.float32).reshape(1, 1, 1, 5)
    given: Attributes = {"norm_type": 2.0, "kernel_size": (1, 2), "ceil_mode": True}
    tensor = torch.from_numpy(x).double().requires_grad_()
    y = torch.nn.functional.lp_pool2d(tensor, **given)
    y.backward(torch.ones_like(y))
    result = y.detach().numpy().astype(np.float32)
    ours = find_layer("lp_pool2d_grad").forward(np.ones_like(result), x, result, **given)
    agree(ours, tensor.grad.numpy(), 1e-7)
    np.testing.assert_array_equal(ours[0, 0, 0, :2], 0)


def test_torch_broadcasts_where_we_refuse(torch: Any) -> None:
    a, b = np.ones((2, 3), np.float32), np.ones(3, np.float32)
    assert torch.add(torch.from_numpy(a), torch.from_numpy(b)).shape == (2, 3)
    with pytest.raises(SpecError, match="add: b has shape"):
        find_layer("add").forward(a, b)


def test_torchs_linear_takes_more_axes_and_its_grid_no_flat_theta(torch: Any) -> None:
    f = torch.nn.functional
    x, w = np.ones((2, 4, 3), np.float32), np.ones((5, 3), np.float32)
    assert f.linear(torch.from_numpy(x), torch.from_numpy(w)).shape == (2, 4, 5)
    with pytest.raises(SpecError, match="linear: input has 3 axes"):
        linear(x, w)
    theta = np.array([[1, 0, 0, 0, 1, 0]], np.float32)
    assert affine_grid(theta, (1, 1, 2, 2)).shape == (1, 2, 2, 2)
    with pytest.raises(ValueError, match="Expected a batch of 2D affine matrices"):
        f.affine_grid(torch.from_numpy(theta), (1, 1, 2, 2), align_corners=False)


def test_torchs_flatten_takes_the_batch_too(torch: Any) -> None:
    x = torch.zeros(2, 3, 4)
    assert torch.flatten(x).shape == (24,)
    assert torch.nn.Flatten()(x).shape == (2, 12) == find_layer("flatten").out_shape((2, 3, 4))


def node(onnx: Any, kind: str, *inputs: Array | None, **attributes: Any) -> Array:
    """What ONNX's reference evaluator makes of one node."""
    helper = onnx.helper
    feeds = {f"x{k}": values for k, values in enumerate(inputs) if values is not None}
    names = [f"x{k}" if values is not None else "" for k, values in enumerate(inputs)]
    described = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(values.dtype), values.shape
        )
        for name, values in feeds.items()
    ]
    result = helper.make_tensor_value_info("y", onnx.TensorProto.UNDEFINED, None)
    body = helper.make_graph(
        [helper.make_node(kind, names, ["y"], **attributes)], "graph", described, [result]
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)])
    from onnx.reference import ReferenceEvaluator

    found: Array = ReferenceEvaluator(model).run(None, feeds)[0]
    return found


def pads(padding: tuple[tuple[int, int], tuple[int, int]]) -> list[int]:
    """ONNX's order: top, left, bottom, right."""
    (top, bottom), (left, right) = padding
    return [top, left, bottom, right]


def single(attributes: Attributes) -> Attributes:
    """Numbers rounded to float32, as a model's attributes are stored."""
    return {k: float(np.float32(v)) if isinstance(v, float) else v for k, v in attributes.items()}


def onnx_conv2d(run: Callable[..., Array], *operands: Any, **a: Any) -> Array:
    rest = {"strides": a["stride"], "dilations": a["dilation"], "group": a["groups"]}
    return run("Conv", *operands, pads=pads(a["padding"]), **rest)


def onnx_linear(run: Callable[..., Array], x: Array, w: Array, bias: Array | None) -> Array:
    return run("Gemm", x, w, bias, transB=1)


def onnx_lp_pool2d(run: Callable[..., Array], x: Array, **a: Any) -> Array:
    return run(
        "LpPool", x, kernel_shape=a["kernel_size"], strides=a["stride"], p=int(a["norm_type"])
    )


def onnx_max_pool2d(run: Callable[..., Array], x: Array, **a: Any) -> Array:
    rest = {"strides": a["stride"], "dilations": a["dilation"], "ceil_mode": int(a["ceil_mode"])}
    return run("MaxPool", x, kernel_shape=a["kernel_size"], pads=pads(a["padding"]), **rest)


def onnx_avg_pool2d(run: Callable[..., Array], x: Array, **a: Any) -> Array:
    rest = {k: int(a[k]) for k in ("ceil_mode", "count_include_pad")}
    around, taps = pads(a["padding"]), a["kernel_size"]
    return run("AveragePool", x, kernel_shape=taps, strides=a["stride"], pads=around, **rest)


def onnx_batch_norm(
    run: Callable[..., Array],
    x: Array,
    mean: Array,
    var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Array:
    scale = np.ones_like(mean) if weight is None else weight
    shift = np.zeros_like(mean) if bias is None else bias
    return run("BatchNormalization", x, scale, shift, mean, var, epsilon=eps)


def onnx_affine_grid(run: Callable[..., Array], theta: Array, **a: Any) -> Array:
    matrices, size = theta.reshape(-1, 2, 3), np.array(a["size"])
    return run("AffineGrid", matrices, size, align_corners=int(a["align_corners"]))


def onnx_grid_sample(run: Callable[..., Array], x: Array, grid: Array, **a: Any) -> Array:
    kind = {"bilinear": "linear", "nearest": "nearest"}[a["mode"]]
    aligned = int(a["align_corners"])
    return run(
        "GridSample", x, grid, mode=kind, padding_mode=a["padding_mode"], align_corners=aligned
    )


OF_ONNX: dict[str, Callable[..., Array]] = {
    "conv2d": onnx_conv2d,
    "linear": onnx_linear,
    "max_pool2d": onnx_max_pool2d,
    "avg_pool2d": onnx_avg_pool2d,
    "lp_pool2d": onnx_lp_pool2d,
    "batch_norm": onnx_batch_norm,
    "affine_grid": onnx_affine_grid,
    "grid_sample": onnx_grid_sample,
    "softmax": lambda run, x, dim: run("Softmax", x, axis=dim),
    "log_softmax": lambda run, x, dim: run("LogSoftmax", x, axis=dim),
    "argmax": lambda run, x, dim: run("ArgMax", x, axis=dim, keepdims=0),
    "concat": lambda run, *inputs, dim: run("Concat", *inputs, axis=dim),
    "flatten": lambda run, x: run("Flatten", x, axis=1),
    "reshape": lambda run, x, shape: run("Reshape", x, np.array(shape, np.int64)),
    "permute": lambda run, x, dims: run("Transpose", x, perm=dims),
}


# Operators that are the layer as it stands; of those above operands or attributes are others.
PLAIN = {one.name: one.onnx for one in LAYERS if means_the_same(one)}


def of_onnx(layer: str, run: Callable[..., Array], *operands: Any, **attributes: Any) -> Array:
    if layer in OF_ONNX:
        return OF_ONNX[layer](run, *operands, **attributes)
    operator, theirs = named(PLAIN[layer])
    return run(operator, *operands, **renamed(attributes, theirs))


# The evaluator computes a grid, and places on it, in float32.
FLOAT32_ONLY = {"affine_grid": 1e-5, "grid_sample": 1e-4}


def fit_for_onnx(case: Case) -> Case:
    """What the evaluator does as ONNX says: its pooling pads wrongly when sides are unequal, or
    with ceil_mode; of its LpPool p is an integer, and ceil_mode nothing.
    """
    attributes = single(dict(case.attributes))
    if "ceil_mode" in attributes:
        attributes["ceil_mode"] = False
    if case.layer in ("max_pool2d", "avg_pool2d"):
        case = fit_for_torch(replace(case, attributes=attributes))
        least = min(before for before, _ in case.attributes["padding"])
        attributes = dict(case.attributes) | {"padding": ((least, least), (least, least))}
    if case.layer == "lp_pool2d":
        attributes["norm_type"] = float(int(attributes["norm_type"]))
    return replace(case, attributes=attributes)


def is_asked(case: Case) -> bool:
    """Not of nearest reflections, where conventions differ, nor of one pixel reflected, nor of a
    dilated window that sees nothing but padding.
    """
    reflected = case.attributes.get("padding_mode") == "reflection"
    pixels = case.attributes.get("size") or case.shapes[0] or (1,)
    aligned = case.attributes.get("align_corners", False)
    single_pixel = aligned and 1 in pixels[2:]
    if case.layer == "affine_grid":
        return not single_pixel
    if case.layer == "max_pool2d":
        return bool(np.isfinite(case.call(max_pool2d)).all())
    return not (reflected and (single_pixel or case.attributes["mode"] == "nearest"))


@pytest.mark.parametrize("data", ["integers", "reals"])
@pytest.mark.parametrize("layer", [*OF_ONNX, *PLAIN])
def test_onnx_computes_the_same(onnx: Any, layer: str, data: str) -> None:
    @given(cases(layer, data).map(fit_for_onnx))
    def holds(case: Case) -> None:
        assume(has_an_output(case) and is_asked(case))
        operands = case.operands
        if layer == "lp_pool2d":
            operands = tuple(np.abs(o) for o in operands if o is not None)
        doubles = [None if o is None else o.astype(np.float64) for o in operands]

        def run(kind: str, *inputs: Any, **attributes: Any) -> Array:
            return node(onnx, kind, *inputs, **attributes)

        theirs = of_onnx(layer, run, *doubles, **case.attributes)
        ours = find_layer(layer).forward(*operands, **case.attributes)
        agree(ours, theirs, FLOAT32_ONLY.get(layer, 1e-12))

    holds()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_onnxs_window_of_an_even_size_lies_one_channel_higher(onnx: Any, size: int) -> None:
    """Its mirror image is ours. The evaluator wants as many images as there are channels, and
    divides alpha in float32: here it is the size, so that the quotient is 1.
    """
    x = Case("local_response_norm", "real", ((7, 7, 2, 3),), {}, seed=12).operands[0]
    assert x is not None
    constants: Attributes = {"size": size, "alpha": float(size), "beta": 0.75}
    theirs = node(onnx, "LRN", x.astype(np.float64), bias=2.0, **constants)
    ours = local_response_norm(x, k=2.0, **constants)
    mirrored = local_response_norm(x[:, ::-1], k=2.0, **constants)[:, ::-1]
    agree(mirrored, theirs)
    assert np.allclose(ours, theirs) == (size % 2 == 1)


def test_onnxs_lp_pool_takes_absolute_values(onnx: Any) -> None:
    x = np.array([-1, -2, 1, 1], np.float32).reshape(1, 1, 1, 4)
    theirs = node(onnx, "LpPool", x.astype(np.float64), kernel_shape=[1, 4], p=3)
    agree(lp_pool2d(np.abs(x), 3, (1, 4)), theirs)
    assert theirs.item() == pytest.approx(11 ** (1 / 3))
    assert np.isnan(lp_pool2d(x, 3, (1, 4)))


def test_onnxs_average_leaves_padding_out_by_default(onnx: Any) -> None:
    x = np.arange(1, 8, dtype=np.float32).reshape(1, 1, 1, 7)
    window = {"kernel_shape": [1, 3], "strides": [1, 3], "pads": [0, 1, 0, 1]}
    theirs = node(onnx, "AveragePool", x.astype(np.float64), **window)
    agree(avg_pool2d(x, (1, 3), padding=(0, 1), count_include_pad=False), theirs)
    assert not np.allclose(avg_pool2d(x, (1, 3), padding=(0, 1)), theirs)


@pytest.mark.parametrize(
    ("coordinate", "ours", "theirs"),
    [
        (-2.0, 1, 2),  # index −1.5: reflected to ½ and then to the even 0; rounded to −2 first
        (2.0, 1, 2),  # index 2.5: reflected to ½; rounded to 2 first
        (2.25, 1, 1),  # index 2.75: no half, no difference
    ],
)
def test_onnx_rounds_to_the_nearest_before_it_reflects(
    torch: Any, onnx: Any, coordinate: float, ours: float, theirs: float
) -> None:
    """As torch we reflect the coordinate first."""
    image = np.array([[[[1, 2]]]], np.float32)
    grid = np.array([[[[coordinate, 0]]]], np.float32)
    modes = {"mode": "nearest", "padding_mode": "reflection"}
    tensors = torch.from_numpy(image), torch.from_numpy(grid)
    assert grid_sample(image, grid, **modes).item() == ours
    assert torch.nn.functional.grid_sample(*tensors, **modes, align_corners=False).item() == ours
    doubles = image.astype(np.float64), grid.astype(np.float64)
    assert node(onnx, "GridSample", *doubles, **modes).item() == theirs
