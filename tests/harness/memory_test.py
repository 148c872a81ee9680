"""What a kernel does to memory is seen: around its arrays, inside its inputs, in its output.

Every fault here is a few lines of OpenCL C; the layer that they pretend to compute is relu.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clgold.conformance.judge.assess import check_alone
from clgold.conformance.judge.compare import Comparison
from clgold.device import memory
from clgold.device.launcher import Launcher
from clgold.device.memory import DeviceArray
from clgold.device.run import Run, run_variant
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.reference import ask, find_chain
from clgold.reference.generator import bell
from clgold.reference.poison import POISON

Launch = Callable[..., DeviceArray]

# One element, odd, prime, one short of a page, a page, several pages and one.
SIZES = [1, 7, 1021, 1023, 1024, 4097]


@dataclass(frozen=True)
class Bench:
    """Runs variants that were written for one test."""

    session: Session
    folder: Path

    def kernel(self, body: str, parameters: str = "") -> None:
        """Write t.cl: kernel `t` of input, output and the further parameters."""
        more = f", {parameters}" if parameters else ""
        head = f"__kernel void t(__global float *input, __global float *output{more})"
        (self.folder / "t.cl").write_text(f"{head}\n{{\n{body}\n}}\n")

    def variant(self, launch: Launch, layer: str = "relu", file: str = "t.py") -> Variant:
        return Variant(layer, "test", launch, self.folder / file)

    def run(self, launch: Launch, input: np.ndarray | None = None, layer: str = "relu") -> Run:
        """The variant on fresh device arrays."""
        values = data(7) if input is None else input
        operands = (self.session.upload("input", values),)
        question = ask(find_chain(layer), (values,), {})
        return run_variant(self.session, self.variant(launch, layer), question, operands)

    def check(self, launch: Launch, layer: str = "relu", **attributes: Any) -> Comparison:
        """The variant's output beside the reference's."""
        question = ask(find_chain(layer), (data(7),), attributes)
        return check_alone(self.session, self.variant(launch, layer), question).comparison


@pytest.fixture
def bench(opencl: Session, tmp_path: Path) -> Bench:
    return Bench(opencl, tmp_path)


def data(size: int) -> np.ndarray:
    """Numbers that are nowhere zero."""
    return (bell(1, "memory", (size,)) + 5).astype(np.float32)


def launch(*arguments: Any, global_size: tuple[int, ...] = (1,), **options: Any) -> Launch:
    """A variant that launches `t` with its input, its output and these arguments."""

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        output = cl.output()
        cl.launch("t.cl", "t", global_size, None, input, output, *arguments, **options)
        return output

    return variant


def words(session: Session, buffer: Any, nbytes: int) -> np.ndarray:
    """The bits of a buffer on the device."""
    import pyopencl as cl

    found = np.empty(nbytes // 4, np.uint32)
    cl.enqueue_copy(session.queue, found, buffer)
    return found


COPY = "for (int i = 0; i < {n}; ++i) output[i] = input[i];"


@pytest.mark.parametrize("size", SIZES)
def test_fresh_memory_is_poisoned_throughout(opencl: Session, size: int) -> None:
    array = memory.allocate(
        opencl.queue, "a", (size,), np.dtype(np.float32), opencl.guard(4 * size)
    )
    values = memory.download(opencl.queue, array)
    assert np.all(values.view(np.uint32) == POISON)
    assert np.all(np.isnan(values))


@pytest.mark.parametrize("size", SIZES)
def test_guards_stand_on_both_sides_unless_the_driver_checks_bounds_itself(
    opencl: Session, size: int
) -> None:
    array = opencl.upload("a", data(size))
    bits = words(opencl, array.whole, array.guard + array.nbytes + array.guard)
    zone = array.guard // 4
    assert (zone >= 2**14) == opencl.driver.guards
    assert np.all(bits[:zone] == array.pattern)
    assert np.all(bits[zone + size :] == array.pattern)
    assert np.array_equal(bits[zone : zone + size], data(size).view(np.uint32))
    assert memory.damage(opencl.queue, array) == ""


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.int32, np.float64])
def test_scratch_memory_may_have_any_type_and_any_size(bench: Bench, dtype: type) -> None:
    bench.kernel(COPY.format(n=7), "__global uchar *scratch")

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        output, scratch = cl.output(), cl.empty((3,), dtype)
        cl.launch("t.cl", "t", (1,), None, input, output, scratch)
        assert scratch.nbytes == 3 * np.dtype(dtype).itemsize
        return output

    assert bench.run(variant).verdict == ""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("array", ["input", "output"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_one_element_written_beside_an_array_is_an_overrun(
    bench: Bench, size: int, array: str, side: str
) -> None:
    place = -1 if side == "before" else size
    bench.kernel(COPY.format(n=size) + f"{array}[place] = 1.0f;", "int place")
    run = bench.run(launch(place), data(size))
    assert run.verdict == "overrun"
    if bench.session.driver.guards:
        edge = "start" if side == "before" else "end"
        expected = f"wrote 1 elements {side} {array} [{size}], the nearest 1 beyond its {edge}"
        assert run.message == expected
    else:
        assert run.message.startswith("Invalid write of size 4")


@pytest.mark.parametrize("reach", [2**14, 2**17, 10**7])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_variants_first_overrun_is_seen_far_off(bench: Bench, side: str, reach: int) -> None:
    place = -reach if side == "before" else 7 + reach - 1
    bench.kernel(COPY.format(n=7) + "output[place] = 1.0f;", "int place")
    run = bench.run(launch(place))
    assert run.verdict == "overrun"
    assert f"the nearest {reach} beyond" in run.message or "Invalid write" in run.message


def test_later_overruns_are_seen_as_far_as_the_array_is_long(bench: Bench) -> None:
    size = 50_000
    first = (3, 3) if bench.session.driver.guards else (3,)  # a simulator runs once
    places = iter((*first, 2 * size - 1))
    bench.kernel(COPY.format(n=size) + "output[place] = input[3];", "int place")

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        output = cl.output()
        cl.launch("t.cl", "t", (1,), None, input, output, next(places))
        return output

    assert bench.run(variant, data(size)).verdict == ""
    assert bench.run(variant, data(size)).verdict == "overrun"


def test_arrays_that_a_run_was_not_given_are_checked_and_mended(bench: Bench) -> None:
    if not bench.session.driver.guards:
        return
    other = bench.session.upload("other", np.ones(5, np.float32))
    bench.kernel(
        COPY.format(n=7) + "if (spoils) other[2] = 7.0f;", "int spoils, __global float *other"
    )
    run = bench.run(launch(1, other))
    assert run.verdict == "overrun"
    assert run.message == "changed 1 elements of other [5], which it was not given"
    assert bench.run(launch(0, other)).verdict == ""


def test_an_overrun_of_scratch_memory_is_seen(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7) + "scratch[5] = 1.0f;", "__global float *scratch")

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        output = cl.output()
        cl.launch("t.cl", "t", (1,), None, input, output, cl.empty((5,)))
        return output

    assert bench.run(variant).verdict == "overrun"


def test_what_is_read_beyond_an_array_cannot_look_right(bench: Bench) -> None:
    bench.kernel("for (int i = 0; i < 7; ++i) output[i] = input[i + 1];")
    run = bench.run(launch())
    if bench.session.driver.guards:
        assert run.output is not None
        assert run.output.host is not None
        assert np.isnan(run.output.host[6])
    else:
        assert (run.verdict, run.message[:12]) == ("overrun", "Invalid read")


def test_a_changed_input_is_seen(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7) + "input[2] += 1.0f; input[4] = 0.0f;")
    run = bench.run(launch())
    assert (run.verdict, run.message) == ("input-modified", "changed 2 elements of input [7]")


def test_an_input_whose_zero_changed_its_sign_is_seen(bench: Bench) -> None:
    bench.kernel(COPY.format(n=3) + "input[1] = -input[1];")
    run = bench.run(launch(), np.zeros(3, np.float32))
    assert run.verdict == "input-modified"


def test_an_input_written_with_its_own_value_is_unmodified(bench: Bench) -> None:
    bench.kernel(COPY.format(n=3) + "input[1] = input[1];")
    values = np.array([1, np.nan, np.inf], np.float32)
    assert bench.run(launch(), values).verdict == ""


def test_a_variant_that_differs_from_launch_to_launch_is_nondeterministic(bench: Bench) -> None:
    # The simulator runs a variant once: there the work-items' race is what is found.
    bench.kernel("output[3] = count + get_global_id(0);", "int count")
    counts = iter(range(100))

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        return launch(next(counts), global_size=(2,))(cl, input)

    run = bench.run(variant)
    assert run.verdict == "nondeterministic"
    assert run.message == "1 of 7 elements of output differ between two runs" or (
        not bench.session.driver.guards and "data race" in run.message
    )


def test_unwritten_elements_are_counted(bench: Bench) -> None:
    bench.kernel(COPY.format(n=4))
    found = bench.check(launch())
    assert (found.verdict, found.failed) == ("unwritten", 3)
    assert found.message == "3 of 7 elements never written"
    assert found.worst is not None
    assert found.worst.index >= (4,)


def test_a_right_kernel_passes(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7))
    found = bench.check(launch())
    assert (found.verdict, found.failed, found.count) == ("pass", 0, 7)


def test_once_makes_a_thing_once_for_every_file(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7))
    made: list[str] = []

    def variant_of(file: str) -> Variant:
        def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
            assert cl.once("packed", lambda: made.append(file) or file) == file
            return launch()(cl, input)

        return bench.variant(variant, file=file)

    variants = [variant_of("one.py"), variant_of("two.py")]
    for variant in (*variants, *variants):
        operands = (bench.session.upload("input", data(7)),)
        question = ask(find_chain("relu"), (data(7),), {})
        assert run_variant(bench.session, variant, question, operands).verdict == ""
    assert made == ["one.py", "two.py"]


def keeping(layer: str, keep: Callable[[DeviceArray], Any] = lambda array: array) -> Launch:
    """A variant of softmax+argmax that hands `keep(scratch)` over as the layer's result."""

    def variant(cl: Launcher, input: DeviceArray, **_: Any) -> DeviceArray:
        output, scratch = cl.output(), cl.empty(input.shape)
        cl.launch("t.cl", "t", (1,), None, input, scratch, output)
        cl.keep(layer, keep(scratch))
        return output

    return variant


def check_kept(bench: Bench, launch: Launch) -> Comparison:
    """softmax+argmax of one row whose fourth element is the largest."""
    row = np.array([[0, 1, 2, 9, 4]], np.float32)
    attributes = {"softmax": {"dim": 1}, "argmax": {"dim": 1}}
    question = ask(find_chain("softmax+argmax"), (row,), attributes)
    variant = bench.variant(launch, question.chain.name)
    return check_alone(bench.session, variant, question).comparison


SOFTMAX = """
    float total = 0.0f;
    for (int i = 0; i < 5; ++i)
        total += exp(input[i] - 9.0f);
    for (int i = 0; i < 5; ++i)
        output[i] = exp(input[i] - 9.0f) / total;
    index[0] = 3;
"""


def test_what_is_kept_is_compared_with_its_own_layer(bench: Bench) -> None:
    bench.kernel(SOFTMAX, "__global int *index")
    assert check_kept(bench, keeping("softmax")).verdict == "pass"
    bench.kernel(SOFTMAX + "output[2] *= 1.5f;", "__global int *index")
    found = check_kept(bench, keeping("softmax"))
    assert found.verdict == "wrong"
    assert found.message.startswith("in its softmax: 1 of 5 elements beyond their bound")


def test_what_is_kept_must_belong_to_the_chain(bench: Bench) -> None:
    bench.kernel(SOFTMAX, "__global int *index")
    found = check_kept(bench, keeping("conv2d"))
    assert found.verdict == "wrapper-error"
    assert found.message == "kept 'conv2d', which is no layer of softmax+argmax"


def test_what_is_kept_must_be_on_the_device(bench: Bench) -> None:
    bench.kernel(SOFTMAX, "__global int *index")
    found = check_kept(bench, keeping("softmax", lambda array: array.shape))
    assert found.verdict == "wrapper-error"
    assert "keep('softmax', …) was given a tuple, expected an array of cl's" in found.message


def test_none_arrives_as_null(bench: Bench) -> None:
    bench.kernel("for (int i = 0; i < 7; ++i) output[i] = p ? 1.0f : 2.0f;", "__global float *p")
    run = bench.run(launch(None))
    assert run.output is not None
    assert run.output.host is not None
    assert run.output.host.tolist() == [2.0] * 7


def test_scalars_arrive_as_what_they_are(bench: Bench) -> None:
    bench.kernel(
        "output[0] = i; output[1] = f; output[2] = b; output[3] = h; output[4] = l >> 32;"
        "output[5] = N; output[6] = g;",
        "int i, float f, int b, short h, long l, float g",
    )
    scalars = (-3, 0.5, True, np.int16(-7), np.int64(5 << 32), np.float32(0.25))
    run = bench.run(launch(*scalars, options=("-DN=11",)))
    assert run.output is not None
    assert run.output.host is not None
    assert run.output.host.tolist() == [-3, 0.5, 1, -7, 5, 11, 0.25]


def test_local_memory_arrives(bench: Bench) -> None:
    bench.kernel("l[0] = 6.0f; " + COPY.format(n=6) + "output[6] = l[0];", "__local float *l")

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        return launch(cl.local(4))(cl, input)

    run = bench.run(variant)
    assert run.output is not None
    assert run.output.host is not None
    assert run.output.host[6] == 6


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_an_int_that_does_not_fit_is_refused(bench: Bench, value: int) -> None:
    bench.kernel(COPY.format(n=7), "int i")
    run = bench.run(launch(value))
    assert run.verdict == "wrapper-error"
    assert run.message.endswith(f"kernel t: argument 2 is {value}, beyond an int")


def test_an_array_of_the_host_is_refused(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7), "__global float *p")
    run = bench.run(launch(np.zeros(3, np.float32)))
    assert run.verdict == "wrapper-error"
    assert run.message.endswith(
        "kernel t: argument 2 is a NumPy array, not on the device: cl.array puts it there"
    )


def test_a_work_group_that_does_not_fit_is_refused_with_its_sizes(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7))

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        output = cl.output()
        cl.launch("t.cl", "t", (7,), (1 << 20,), input, output)
        return output

    run = bench.run(variant)
    assert run.verdict == "wrapper-error"
    assert "cannot be launched with global size (7,), local size (1048576,)" in run.message


def test_a_file_that_changed_is_built_again(bench: Bench) -> None:
    bench.kernel(COPY.format(n=4))
    assert bench.check(launch()).verdict == "unwritten"
    bench.kernel(COPY.format(n=7))
    assert bench.check(launch()).verdict == "pass"


def test_an_overrun_that_ended_in_a_crash_is_not_held_against_the_next_variant(
    bench: Bench,
) -> None:
    bench.kernel(COPY.format(n=7) + "output[at] = output[at - 1];", "int at")

    def variant(cl: Launcher, input: DeviceArray) -> DeviceArray:
        launch(7)(cl, input)
        raise RuntimeError("half way")

    assert bench.run(variant).verdict == "wrapper-error"
    assert bench.run(launch(6)).verdict == ""


def test_thousands_of_overruns_do_not_hide_the_next_one(bench: Bench) -> None:
    bench.kernel(COPY.format(n=7) + "for (int i = 7; i < end; ++i) output[i] = 1.0f;", "int end")
    assert [bench.run(launch(end)).verdict for end in (1007, 7, 1007, 8)] == [
        "overrun",
        "",
        "overrun",
        "overrun",
    ]
