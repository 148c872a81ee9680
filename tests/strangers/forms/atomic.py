"""Sums in an order that nobody knows: added atomically, to zeros or to what is there."""

from math import prod

from clgold.device import variant


def plain(shapes, attributes):
    usual = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": False}
    return None if usual.items() <= attributes.items() else "bilinear, with zeros around"


def scatter(cl, grad, grid, sums):
    points = prod(grid.shape[1:3])
    cl.launch(
        "atomic.cl", "scatter", (points, grid.shape[0]), None, grad, grid, sums, *sums.shape[1:]
    )
    return sums


@variant("grid_sample_input_grad", "atomic", order="any", supports=plain)
def atomic(cl, grad, grid, **attributes):
    sums = cl.output()
    cl.launch("atomic.cl", "zero", (prod(sums.shape),), None, sums)
    return scatter(cl, grad, grid, sums)


@variant("grid_sample_input_grad", "added", order="any", accumulate=True, supports=plain)
def added(cl, grad, grid, **attributes):
    return scatter(cl, grad, grid, cl.output())
