"""A result stays on the device in the layout in which a variant left it, for the next to take."""

import numpy as np
import pytest

from clgold.device.catalogue import VARIANTS
from clgold.device.given import dressed
from clgold.device.layouts import Layout
from clgold.device.memory import DeviceArray
from clgold.device.run import run_variant
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.reference import Question, ask, find_chain
from clgold.reference.generator import bell


def found(layer: str, name: str) -> Variant:
    return next(one for one in VARIANTS if (one.layer, one.name) == (layer, name))


CONV, POOL = found("conv2d", "direct8"), found("max_pool2d", "blocks8")


def after(session: Session, channels: int) -> tuple[DeviceArray, Question]:
    """What conv2d leaves of so many filters, and a question of a pool about it."""
    shapes = {"input": (1, 8, 5, 6), "weight": (channels, 8, 3, 3)}
    values = [bell(0, name, shape).astype(np.float32) for name, shape in shapes.items()]
    question = ask(find_chain("conv2d"), (*values, None), {})
    operands = tuple(session.upload(n, v) for n, v in zip(shapes, values, strict=True))
    output = run_variant(session, CONV, question, (*operands, None)).output
    assert isinstance(output, DeviceArray)
    return output, ask(find_chain("max_pool2d"), (output.host,), {"kernel_size": 2})


@pytest.mark.parametrize("channels", [16, 13])
def test_the_next_kernel_is_given_what_the_last_one_left(
    opencl: Session, monkeypatch: pytest.MonkeyPatch, channels: int
) -> None:
    output, question = after(opencl, channels)

    def refuse(*_: object) -> None:
        raise AssertionError("packed on the host")

    monkeypatch.setattr(Layout, "pack", refuse)
    (given,) = dressed(opencl, POOL, question, (output,))
    assert given is not None
    assert (given.layout, given.shape) == ("NCHW8c", output.shape)


def test_what_stands_so_is_the_same_numbers(opencl: Session) -> None:
    output, question = after(opencl, 13)
    run = run_variant(opencl, POOL, question, (output,))
    assert run.output is not None
    assert output.host is not None
    expected = output.host[:, :, :2, :4].reshape(1, 13, 1, 2, 2, 2).max((3, 5))
    np.testing.assert_array_equal(run.output.host, expected, strict=True)


def test_it_is_forgotten_with_its_array(opencl: Session) -> None:
    output, _ = after(opencl, 16)
    standing = [key for key in opencl.made if isinstance(key, tuple) and output in key]
    assert len(standing) == 1
    opencl.drop(output)
    assert standing[0] not in opencl.made
