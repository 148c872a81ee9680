"""Which variant computes a kernel of a network: the preferred ones, then ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clgold.device.catalogue import MUCH, VARIANTS, Bears, amount, candidates, choose, worth
from clgold.device.layouts import PLAIN
from clgold.device.variants import Variant
from clgold.networks import Kernel
from clgold.networks.fusing import parts
from clgold.networks.network import complete_attributes
from clgold.reference.spec import Shape
from clgold.reference.winograd import Winograd

Asked = tuple[str, tuple[Shape | None, ...], Mapping[str, Any]]


@dataclass(frozen=True)
class Choice:
    """How variants are chosen for a network's kernels.

    known    the shape of every input, weight and node
    first    what is preferred to our own choice
    bears    which gates the driver passes: of ours, those that need another one are not chosen
    fastest  Winograd's convolutions too, whose bounds are wide and take long to compute
    """

    known: Mapping[str, Shape]
    first: Sequence[Variant]
    bears: Bears
    fastest: bool

    def asked(self, kernel: Kernel) -> Asked:
        """The kernel's layer or chain, the shapes of its operands, its attributes."""
        given = tuple(None if o is None else self.known[o] for o in kernel.operands)
        return kernel.layer, given, complete_attributes(kernel, self.known)

    def of(
        self, variants: Sequence[Variant], kernel: Kernel, stands: str = PLAIN
    ) -> Variant | None:
        """One of the variants, or of ours; `stands`: the layout in which its operand does."""
        question = self.asked(kernel)
        more = rapid(question, self.bears) if self.fastest else ()
        return choose((*variants, *more), *question, self.bears, stands)

    def preferred(self, kernel: Kernel) -> bool:
        """Whether one of the preferred variants computes it."""
        variant = self.of(self.first, kernel)
        if variant is None or variant not in self.first:
            return False
        return not variant.refusal(*self.asked(kernel)[1:])

    def worth_it(self, kernel: Kernel) -> bool:
        """Whether a row of kernels is one: preferred so, or fast so and no part preferred."""
        if self.preferred(kernel):
            return True
        variant, question = self.of((), kernel), self.asked(kernel)
        if variant is None or variant.refusal(*question[1:]):
            return False
        fast = worth(variant, amount(*question)) or variant in rapid(question, self.bears)
        return fast and not any(map(self.preferred, parts(kernel)))


def rapid(question: Asked, bears: Bears) -> tuple[Variant, ...]:
    """Our Winograd's convolutions that the driver bears, where there is much to do."""
    found = [one for one in candidates(VARIANTS, question[0]) if isinstance(one.bound, Winograd)]
    if not found or amount(*question) < MUCH:
        return ()
    return tuple(one for one in found if not one.gate or bears(one.gate))
