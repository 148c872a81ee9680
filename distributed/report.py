"""What a rank says of every node: plain records, which travel to the first rank as they are."""

from dataclasses import dataclass

from clgold.conformance.judge.compare import Comparison


@dataclass(frozen=True)
class NodeReport:
    """A node on one rank in one step.

    kind     "kernel"; "transfer"; "state", what a rank keeps from node to node
    order    its place among the step's nodes, the same on every rank
    variant  of a kernel
    causes   of what is no kernel, what explains it, the most likely first
    says     of a kernel, which elements are wrong, and why
    """

    step: int
    order: int
    node: str
    kind: str
    rank: int
    comparison: Comparison
    layer: str = ""
    variant: str = ""
    causes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.comparison.verdict not in ("pass", "vacuous")


@dataclass(frozen=True)
class Outcome:
    """What all ranks found.

    fault         the reports of the first node that fails, of every rank and step in which it does
    cause         what explains all of them; "" where nothing does
    consequences  the names of later nodes that fail
    """

    nodes: tuple[NodeReport, ...]
    fault: tuple[NodeReport, ...]
    cause: str
    consequences: tuple[str, ...]

    @property
    def verdict(self) -> str:
        return "fail" if self.fault else "pass"


def judge_all(nodes: list[NodeReport]) -> Outcome:
    """The first failure in (step, order) is the fault; what fails behind it follows from it."""
    ordered = sorted(nodes, key=lambda one: (one.step, one.order, one.rank))
    failed = [one for one in ordered if one.failed]
    if not failed:
        return Outcome(tuple(ordered), (), "", ())
    first = failed[0]
    fault = tuple(one for one in failed if same_node(one, first))
    later = [one.node for one in failed if one not in fault]
    return Outcome(tuple(ordered), fault, common_cause(fault), tuple(dict.fromkeys(later)))


def same_node(one: NodeReport, other: NodeReport) -> bool:
    """Whether two reports are of one node, on whatever rank and in whatever step."""
    return (one.node, one.kind, one.layer) == (other.node, other.kind, other.layer)


def common_cause(fault: tuple[NodeReport, ...]) -> str:
    """The first cause of the first report that explains most of the others."""
    count = {
        cause: sum(cause in one.causes for one in fault) for one in fault for cause in one.causes
    }
    return max(count, key=lambda cause: count[cause]) if count else ""
