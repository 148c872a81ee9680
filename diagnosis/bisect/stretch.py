"""What lies between a dumped buffer and those before it, compared with the reference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from clgold.conformance.judge.assess import Checked, refine
from clgold.conformance.judge.compare import Comparison, Tolerance, compare
from clgold.conformance.run.evidence import Evidence
from clgold.device.run import Run
from clgold.device.worker import RemoteArray
from clgold.networks import Kernel, Node
from clgold.reference import FULL, Enclosure, SpecError, find_layer

from ..explain.diagnose import Diagnosis, describe_result, diagnose
from ..explain.layouts import recognise_layout
from ..explain.orderings import orderings
from .formats import FLOAT32, WHOLE, Format
from .honest_reach import FAR, nearer, tells_nothing

Array = np.ndarray

NO_NUMBERS = "not judged: what it is made from holds no numbers"
AS_MOST = ", as most of the dump"
TOO_FAR = "not judged: so many kernels since the buffers before it; dump more of them"
# What is said of a source that is right, or wrong, or not known.
CALLED = {True: "is right", False: "is wrong too", None: "was not dumped"}


@dataclass(frozen=True)
class Stretch:
    """A dumped buffer, and what lies between it and the nearest ones before it.

    buffer, node  the dumped buffer's name in the dump, and its node
    sources       the names of what its kernels read, and whether that is right: dumped buffers,
                  the image; None of what was not dumped
    nodes         the layers between, the buffer's own last
    kernels       the names of the kernels that those belong to
    got, right    what was dumped, in the expected order, and what is allowed
    found         how they compare
    layout        in what other order the values stand in the dump, in words
    format        of the numbers in the dump
    told          whether dump.toml says the order
    unjudged      why nothing can be said of it; empty if something can
    evidence      of a fault, where the layers between are a chain
    """

    buffer: str
    node: str
    sources: Mapping[str, bool | None]
    nodes: tuple[Node, ...]
    kernels: tuple[str, ...]
    got: Array
    right: Enclosure
    found: Comparison
    layout: str = ""
    format: Format = FLOAT32
    told: bool = False
    unjudged: str = ""
    evidence: Evidence | None = None

    @property
    def verdict(self) -> str:
        return self.unjudged.partition(":")[0] or self.found.verdict

    @property
    def faulty(self) -> bool:
        return not self.unjudged and self.found.verdict != "pass"

    @property
    def kernel(self) -> Kernel:
        """What one kernel would be that did all of it."""
        return Kernel(self.node, self.buffer, self.nodes)

    @property
    def between(self) -> str:
        """Where its kernels lie, in words."""
        if not self.sources:
            return f"in {self.buffer}"
        before = " and ".join(
            f"{name}, which {CALLED[right]}," for name, right in self.sources.items()
        )
        return f"between {before} and {self.buffer}"


def judge(
    stretch: Stretch,
    values: Mapping[str, Enclosure],
    tolerance: Tolerance | None,
    usual: str = "",
) -> Stretch:
    """The stretch compared; `values` hold what its nodes read, and what they give.

    A bound over several kernels, or of sums in 16 bits, is no larger than what honest_reach.py says
    of honest float32. `usual` is the kind of order in which most of the dump stands, if another.
    """
    layer, right, unjudged = find_layer(stretch.nodes[-1].layer), stretch.right, ""
    if tolerance is not None:
        right = tolerance.around(right)
    elif len(stretch.kernels) > 1 or stretch.format.profile is not FULL:
        close = nearer(stretch.nodes, values, right, stretch.format)
        unjudged = TOO_FAR if close is None and tells_nothing(right) else ""
        right = close or right
    right = right if tolerance is not None else stretch.format.keep(right)
    plain, layout = in_order(stretch, right, usual)
    found = compare(plain, right, layer.dtype)
    whole = stretch.format.keep(stretch.right)
    if found.verdict != "pass" and compare(plain, whole, layer.dtype).verdict == "pass":
        message = f"{found.message}, which is {FAR:g} times the error of honest float32"
        found = replace(found, message=message)
    if found.verdict != "pass" and not all_numbers(stretch, values):
        unjudged = NO_NUMBERS
    judged = replace(stretch, got=plain, right=right, found=found, layout=layout, unjudged=unjudged)
    return with_evidence(judged, values, tolerance)


def in_order(stretch: Stretch, right: Enclosure, usual: str) -> tuple[Array, str]:
    """What was dumped in the expected order, and in what other one it stands, in words.

    The order in which it is right, else the `usual` one of the dump.
    """
    got, shape = stretch.got, right.value.shape
    if stretch.told:
        return got, stretch.layout
    plain = got.reshape(shape) if got.size == prod(shape) else None
    if plain is not None and compare(plain, right, plain.dtype.type).verdict == "pass":
        return plain, ""
    if (other := recognise_layout(got, right)) is not None:
        return np.ascontiguousarray(other.restored), other.text
    possible = list(orderings(got.size, shape))
    order = next((one for one in possible if one.kind == usual), None)
    if order is None and plain is not None:
        return plain, ""
    found = order or possible[0]
    restored = np.ascontiguousarray(found.restore(got.ravel()))
    if plain is not None and np.array_equal(restored, plain, equal_nan=True):
        return plain, ""
    return restored, found.name + (AS_MOST if order else "")


def all_numbers(stretch: Stretch, values: Mapping[str, Enclosure]) -> bool:
    """Whether the stretch works on numbers: nobody is blamed for what others' NaN become."""
    read = (values[o].value for o in stretch.kernel.operands if o is not None)
    return all(bool(np.isfinite(one).all()) for one in read)


def with_evidence(
    stretch: Stretch, values: Mapping[str, Enclosure], tolerance: Tolerance | None
) -> Stretch:
    """The stretch as the run of one kernel, where its layers are a chain: precise, explained."""
    kernel = stretch.kernel
    if not follows(kernel):
        return stretch
    profile, whole = stretch.format.profile, stretch.format.name in WHOLE
    expected = {node.layer: values.get(node.name, stretch.right) for node in stretch.nodes}
    expected[stretch.nodes[-1].layer] = stretch.right
    operands = tuple(
        None if o is None else values[o].value.astype(np.float32) for o in kernel.operands
    )
    question = kernel.question(operands)
    run = Run(output=RemoteArray("", stretch.node, stretch.got), profile=profile.name)
    found = stretch.found
    if tolerance is None and whole:
        tolerance = Tolerance(atol=stretch.format.scale)  # causes are weighed by what is kept
    elif tolerance is None and profile is FULL:
        found = refine(question, run, expected, found)
    if found.verdict == "pass":
        return replace(stretch, found=found)
    proof = Evidence(Checked(question, run, expected, found, tolerance), "the trace")
    return replace(stretch, found=found, evidence=proof)


def follows(kernel: Kernel) -> bool:
    """Whether each layer reads its predecessor's output where a chain's would, and no two are
    alike."""
    try:
        chain = kernel.chain
    except SpecError:
        return False
    own = {node.name for node in kernel.nodes}
    for place, (before, node) in enumerate(zip(kernel.nodes, kernel.nodes[1:], strict=False), 1):
        inner = [k for k, operand in enumerate(node.operands) if operand in own]
        if inner != [chain.inner[place]] or node.operands[inner[0]] != before.name:
            return False
    return True


def explain_stretch(stretch: Stretch) -> Diagnosis:
    """Elements, and where the layers between are a chain, the cause."""
    if stretch.evidence is not None:
        return diagnose(stretch.evidence)
    layers = tuple(dict.fromkeys(node.layer for node in stretch.nodes)) or stretch.kernels
    return describe_result(layers, layers[-1], stretch.got, stretch.right)
