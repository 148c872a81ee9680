"""Rules for the backward half: gradients lie where what they are gradients of lies.

The gradient of a layer's input is written where the layer read it: halos overlap, and are added.
"""

from dataclasses import replace

from .rect import nothing, whole
from .sites import by_image, elementwise, site_rects
from .work import Part, Placement, Rule, Work, like, simple


def loss_gradient(work: Work) -> Placement:
    """Of a rank's images' scores; the loss's own gradient is a constant that nobody stores."""
    constant, rest = work.operand(0), replace(work, operands=work.operands[1:])
    found = by_image(rest)
    none = nothing(len(constant.shape))
    parts = tuple(replace(part, reads=(none, *part.reads)) for part in found.parts)
    return Placement(found.shape, parts)


def loss(work: Work) -> Placement:
    """One number: each rank adds up its images, in parts to be added."""
    return reduced(work, (1, 1, 1, 1))


def evaluation(work: Work) -> Placement:
    """Four numbers that add up over the images."""
    return reduced(work, (4, 1, 1, 1))


def reduced(work: Work, shape: tuple[int, ...]) -> Placement:
    """What is summed over images: every rank gives the whole of a partial sum."""
    parts = tuple(Part(part.reads, whole(shape), whole(shape)) for part in by_image(work).parts)
    return Placement(shape, parts, partial=True)


def linear_weight(work: Work) -> Placement:
    """Of the weights over a rank's units: all images' gradients and units."""
    return beside_scores(work, work.operand(0).shape[1])


def linear_input(work: Work) -> Placement:
    """Of a rank's units: all images' gradients and the weights that it has."""
    return beside_scores(work, work.operand(0).shape[0])


def beside_scores(work: Work, first: int) -> Placement:
    """From all gradients of the scores and a rank's Rect of the other operand: (first, …)."""
    grad, other = work.operand(0), work.operand(1)
    parts = tuple(
        simple((whole(grad.shape), rect), rect.with_axis(0, 0, first)) for rect in other.held
    )
    return Placement((first, *other.shape[1:]), parts)


def local2d_weight(work: Work) -> Placement:
    """Of a rank's filters."""
    image, filters = work.operand(1), work.subject
    found = [site_rects(work, image.shape[0], filters, rank) for rank in work.ranks]
    parts = tuple(
        simple((units, window), weights, weight_size=weights.size)
        for window, weights, units in found
    )
    return Placement(filters, parts)


def local2d_input(work: Work) -> Placement:
    """Of what a rank's sites read, which overlaps with what other ranks' sites read."""
    grad, filters = work.operand(0), work.operand(1).shape
    found = [site_rects(work, grad.shape[0], filters, rank) for rank in work.ranks]
    parts = tuple(
        simple((units, weights), window, input_size=window.size) for window, weights, units in found
    )
    return Placement(work.subject, parts, partial=True)


def gain(work: Work) -> Placement:
    """Of the one gain: every rank's sum over its units is a part of it."""
    grad, units = work.operand(0), work.operand(1)
    parts = tuple(simple((rect, like(units, grad, rect)), whole((1,))) for rect in grad.held)
    return Placement((1,), parts, partial=True)


def offset(work: Work) -> Placement:
    """Of the units' biases: a rank has all images of its units."""
    grad = work.operand(0)
    parts = tuple(simple((rect,), rect.with_axis(0, 0, 1)) for rect in grad.held)
    return Placement((1, *grad.shape[1:]), parts)


def behind(work: Work) -> Placement:
    """Of a nonlinearity: a rank needs the gradient of the units that it has."""
    return elementwise(work, leader=1)


BACKWARD: dict[str, Rule] = {
    "cross_entropy": loss,
    "evaluate": evaluation,
    "cross_entropy_grad": loss_gradient,
    "linear_weight_grad": linear_weight,
    "linear_input_grad": linear_input,
    **dict.fromkeys((f"{name}_grad" for name in ("relu", "elu", "tanh", "sigmoid")), behind),
    "scale_shift_scale_grad": gain,
    "scale_shift_shift_grad": offset,
    "scale_shift_input_grad": elementwise,
    "local2d_weight_grad": local2d_weight,
    "local2d_input_grad": local2d_input,
    "sgd": elementwise,
}
