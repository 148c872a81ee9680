"""What a report holds, as JSON: a record for each kind, of which report.schema.json is made.

    python -m clgold.conformance.reports.schema > conformance/reports/report.schema.json

The version moves when a key is taken away or changes its meaning; keys may be added. Numbers that
are infinite or undefined are null.
"""

import sys
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field, json

VERSION: Literal["clgold/1"] = "clgold/1"
Number = float | None


class Device(Struct):
    """A device and its driver, with their versions as OpenCL tells them."""

    driver: str
    library: str
    platform: str
    platform_version: str
    name: str
    driver_version: str
    profile: str


class Host(Struct):
    """What clgold ran on."""

    system: str
    python: str
    numpy: str


class Worst(Struct):
    """The element that is worst, and how far it may be from what is expected."""

    index: list[int]
    expected: Number
    got: Number
    bound: Number


class Cause(Struct):
    """A wrong convention: the shares of elements that are right before and after it, and ties."""

    name: str
    layer: str
    evidence: str
    change: str
    before: Number
    after: Number
    ties: list[str]


class Explained(Struct, kw_only=True):
    """What is known of a failure; absent of what passes. picture: a PNG as a data: URI."""

    share: Number | UnsetType = UNSET
    mask: list[str] | UnsetType = UNSET
    order: str | UnsetType | None = UNSET
    looks_like: str | UnsetType | None = UNSET
    cause: Cause | UnsetType | None = UNSET
    partly_like: Cause | UnsetType | None = UNSET
    picture: str | UnsetType | None = UNSET


class Case(Explained, kw_only=True):
    """A variant on a case; `replay` is the command that runs it again, of one that fails."""

    case: str
    variant: str
    verdict: str
    message: str
    budget_used: Number
    precision: Number
    seconds: Number
    rate: str | None
    worst: Worst | None
    replay: str | UnsetType = UNSET


class Kernel(Explained, kw_only=True):
    """A network's kernel on the reference's inputs, of the image on which it does worst."""

    name: str
    layer: str
    variant: str
    shape: list[int]
    image: str
    verdict: str
    message: str
    failed: int
    elements: int
    budget_used: Number
    precision: Number
    worst: Worst | None


class Loss(Struct):
    """Of a step of training."""

    node: str
    reference: Number
    device: Number


class End(Struct):
    """One image end to end; losses are of a network that trains."""

    image: str
    verdict: str
    message: str
    budget_used: Number
    reference_class: int | None
    reference_probability: Number
    device_class: int | None
    device_probability: Number
    losses: list[Loss]


class RankNode(Struct):
    """An array on a rank in a step, by a kernel, a transfer or kept from before."""

    name: str
    kind: str
    rank: int
    step: int
    layer: str | None
    variant: str | None
    verdict: str
    message: str
    failed: int
    elements: int
    budget_used: Number
    precision: Number
    worst: Worst | None
    causes: list[str]


class RankFault(Struct):
    """The first node that fails, and why."""

    name: str
    kind: str
    ranks: list[int]
    steps: list[int]
    cause: str | None
    says: list[str]


class RankCost(Struct):
    """What a rank took over all steps: seconds, and the bytes that it and its worker had."""

    kernels: float
    transfers: float
    wall: float
    memory: int
    worker: int


class Compared(Struct):
    """What the comparer found."""

    verdict: str
    message: str
    failed: int
    count: int
    budget_used: Number
    precision: Number
    worst: Worst | None


class PassedOn(Struct):
    """How far an output is from the reference's trace."""

    error: Number
    relative: Number


class Node(Struct, kw_only=True):
    """A kernel, or of a trace a buffer, in a bisection."""

    name: str
    layer: str
    variant: str | None
    shape: list[int]
    verdict: str
    born: Compared
    passed_on: PassedOn | None
    image: str | UnsetType = UNSET
    own: Compared | UnsetType = UNSET
    probes: dict[str, Compared] | UnsetType = UNSET
    node: str | UnsetType = UNSET
    kernels: list[str] | UnsetType = UNSET
    source: dict[str, bool | None] | UnsetType = field(default=UNSET, name="from")
    order: str | UnsetType | None = UNSET
    dtype: str | UnsetType = UNSET


class Reproduction(Struct):
    """The folder that shows a fault on its own; path null where there is none, and why."""

    path: str | None
    command: str | None
    case: str
    verdict: str
    message: str


class Fault(Explained, kw_only=True):
    """A fault of a bisection; here picture is a file."""

    node: str
    layer: str
    layers: str
    variant: str | None
    source: str | None
    kernels: list[str]
    between: str | None
    verdict: str
    message: str
    shows: list[str]
    worst: list[Worst]
    spread: dict[str, Any] | None
    reproduction: Reproduction | None


class Time(Struct):
    """A variant's median time in seconds on its case with most work, and that of ours."""

    variant: str
    case: str
    seconds: float
    rate: str
    naive: Number
    best: dict[str, Any] | None


class Assay(Struct, kw_only=True):
    """A test of the suite: a variant on a driver with a probe; says: elements and cause."""

    layer: str
    variant: str
    driver: str
    probe: str
    cases: int
    vacuous: int
    unsupported: dict[str, int]
    budget_used: Number
    precision: Number
    failure: str
    replay: str
    says: list[str]
    seconds: Number
    expected: str = ""
    picture: str | UnsetType = UNSET


class Timing(Struct):
    """A variant on a case: the verdict on what was timed, and medians in seconds."""

    variant: str
    verdict: str
    message: str
    seconds: Number
    cpu: Number


class TimedCase(Struct):
    """Every variant on one case; peak: GFLOP/s, measured among them."""

    case: str
    peak: float
    operations: int
    variants: list[Timing]


class Times(Struct):
    """Medians of so many runs in seconds: by the clock, and of all processors."""

    seconds: float
    cpu: float
    runs: int
    gflops: Number


class Other(Times):
    """Another program on the same network; ratio: of our time to its, and cpu_ratio."""

    name: str
    version: str
    ratio: float
    cpu_ratio: Number
    distance: Number


class TimedKernel(Struct):
    """A kernel of a network, waited for alone; operations: two for each multiply-add."""

    name: str
    layer: str
    variant: str
    seconds: float
    cpu: float
    operations: int


class Finding(Struct):
    """A fixture, and what is wrong with it."""

    name: str
    problem: str


class Header(Struct, kw_only=True, tag_field="kind"):
    """What every report says of itself; command: its words, began: UTC, seconds: all of it."""

    schema: Literal["clgold/1"]
    clgold: str
    command: list[str]
    began: str
    seconds: float
    seed: int | None
    effort: str | None
    host: Host


class VerifyLayer(Header, tag="verify-layer", kw_only=True):
    """`clgold verify LAYER`."""

    verdict: str
    layer: str
    device: Device
    cases: list[Case]
    races: str
    times: list[Time] | UnsetType = UNSET


class VerifyNetwork(Header, tag="verify-network", kw_only=True):
    """`clgold verify NETWORK`."""

    verdict: str
    network: str
    view: str
    device: Device
    nodes: list[Kernel]
    end_to_end: list[End]


class VerifyRanks(Header, tag="verify-ranks", kw_only=True):
    """`clgold verify NETWORK --ranks`."""

    verdict: str
    network: str
    grid: list[int]
    device: Device
    fault: RankFault | None
    consequences: list[str]
    nodes: list[RankNode]
    losses: list[Number]
    costs: list[RankCost] = []


class BisectLayer(Header, tag="bisect-layer", kw_only=True):
    """`clgold bisect LAYER`."""

    verdict: str
    layer: str
    device: Device
    cases: list[Case]
    faults: list[Fault]


class BisectNetwork(Header, tag="bisect-network", kw_only=True):
    """`clgold bisect NETWORK`; of --trace the device is null, and `ignored` was not read."""

    verdict: str
    network: str
    view: str
    device: Device | None
    images: list[str]
    nodes: list[Node]
    faults: list[Fault]
    end_to_end: list[End] | UnsetType = UNSET
    never_exercised: list[str] | UnsetType = UNSET
    ignored: list[str] | UnsetType = UNSET
    said: list[str] | UnsetType = UNSET
    not_judged: list[str] | UnsetType = UNSET


class BenchLayer(Header, tag="bench-layer", kw_only=True):
    """`clgold bench LAYER`; load: of the machine, before and after."""

    verdict: str
    layer: str
    device: Device
    load: list[float]
    cases: list[TimedCase]


class BenchNetwork(Header, tag="bench-network", kw_only=True):
    """`clgold bench NETWORK`; distance: of the last result from the reference's, as a share."""

    verdict: str
    network: str
    view: str
    device: Device
    load: list[float]
    peak: float
    times: Times
    distance: Number
    others: list[Other]
    kernels: list[TimedKernel]


class Suite(Header, tag="suite", kw_only=True):
    """`clgold suite --suite-json`; failed_tests: those that are no assays."""

    verdict: str
    devices: list[Device]
    assays: list[Assay]
    failed_tests: list[Finding]


class GoldenCheck(Header, tag="golden-check", kw_only=True):
    """`clgold golden check`."""

    verdict: str
    checked: str
    unsupported: dict[str, str]
    findings: list[Finding]


class GoldenRegenerate(Header, tag="golden-regenerate", kw_only=True):
    """`clgold golden regenerate`."""

    changed: int
    findings: list[Finding]


class Judged(Struct, kw_only=True):
    """A case of a campaign; lost: how often a worker was lost over it."""

    driver: str
    variant: str
    case: str
    round: int
    verdict: str
    message: str
    budget_used: Number
    precision: Number
    seconds: Number
    lost: int


class Campaign(Header, tag="campaign", kw_only=True):
    """What `clgold campaign run` has left in a folder; `seconds` is that of all cases."""

    devices: list[Device]
    cases: list[Judged]


Report = (
    VerifyLayer
    | VerifyNetwork
    | VerifyRanks
    | BisectLayer
    | BisectNetwork
    | BenchLayer
    | BenchNetwork
    | Suite
    | GoldenCheck
    | GoldenRegenerate
    | Campaign
)


def schema_text() -> str:
    """The JSON Schema of all reports."""
    found = {"$id": "clgold-report-1", "title": "A report of clgold", **json.schema(Report)}
    return json.format(json.encode(found, order="sorted"), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
