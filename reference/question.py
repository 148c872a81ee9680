"""One question: layers, what goes into them, every attribute. Resolved once, and carried whole.

Whatever runs, judges or explains takes a question and nothing beside it. The attributes of its
layers stand under the layers' names, complete and normalised, of one layer alone too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from .chain import Chain
from .evaluate import Operands, checked_operands, enclose_resolved, shapes_of
from .layer import Attributes, Enclosure, Layer
from .operands import Operand
from .profile import Profile
from .spec import Shape, SpecError

Value = TypeVar("Value")
ByLayer = Mapping[str, Attributes]


@dataclass(frozen=True)
class Step:
    """One layer of a chain: its own operands before and after its predecessor's output."""

    layer: Layer
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    attributes: Attributes

    def arguments(self, last: Any) -> tuple[Any, ...]:
        """The layer's operands in order; `last` is its predecessor's output."""
        return (*self.before, last, *self.after)


@dataclass(frozen=True, eq=False)
class Question:
    """What a chain gives for these operands; `ask` makes one, after every check.

    operands    float32 in the chain's order, None for those absent
    attributes  of every layer under its name, all of them, normalised
    outputs     the shape of every layer's output
    """

    chain: Chain
    operands: Operands
    attributes: ByLayer
    outputs: tuple[Shape, ...]
    found: dict[Any, Any] = field(default_factory=dict, repr=False)  # out about it, by `once`

    @property
    def shapes(self) -> tuple[Shape | None, ...]:
        """The operands'."""
        return shapes_of(self.operands)

    @property
    def names(self) -> tuple[str, ...]:
        """The operands', of a chain those left open; those of a variadic layer are numbered."""
        return self.chain.names(len(self.operands))

    @property
    def declared(self) -> tuple[Operand, ...]:
        """What is declared of each operand."""
        return tuple(one for _, one in self.chain.declared(len(self.operands)))

    @property
    def shape(self) -> Shape:
        """The output's."""
        return self.outputs[-1]

    @property
    def last(self) -> str:
        """The name of the layer whose output is the chain's."""
        return self.chain.layers[-1].name

    @property
    def flat(self) -> Mapping[str, Any]:
        """The attributes as a variant takes them: one layer's own, or one mapping per layer."""
        return flat(self.chain, self.attributes)

    @property
    def exact(self) -> tuple[Enclosure | None, ...]:
        """The operands as enclosures without error."""
        return tuple(None if o is None else Enclosure(o.astype(np.float64)) for o in self.operands)

    def steps(self) -> Iterator[Step]:
        """The layers in order, each with its own operands and attributes."""
        return steps(self.chain, self.operands, self.attributes)

    def fold(
        self,
        compute: Callable[[Step, tuple[Any, ...]], Value],
        operands: tuple[Any, ...] | None = None,
    ) -> dict[str, Value]:
        """compute(step, arguments) for each layer in turn on its predecessor's; by layer."""
        given = self.operands if operands is None else operands
        results: dict[str, Value] = {}
        last: Any = None
        for step in steps(self.chain, given, self.attributes):
            arguments = step.arguments(last) if results else step.after
            last = results[step.layer.name] = compute(step, arguments)
        return results

    def enclose(self, profile: Profile) -> dict[str, Enclosure]:
        """The enclosure of every layer's output, by the layer's name; computed once."""
        return self.once(
            profile,
            lambda: self.fold(
                lambda step, given: enclose_resolved(step.layer, given, step.attributes, profile),
                tuple(None if one is None else Enclosure(one) for one in self.operands),
            ),
        )

    def once(self, key: Any, make: Callable[[], Value]) -> Value:
        """What `make` returned the first time: several variants are judged by one question."""
        if key not in self.found:
            self.found[key] = make()
        value: Value = self.found[key]
        return value

    def answer(self, profile: Profile) -> Enclosure:
        """The chain's own output, and how far an honest kernel's may be from it."""
        return self.enclose(profile)[self.last]

    def with_operands(self, operands: Operands) -> "Question":
        """The same question of other operands; SpecError where they do not fit."""
        if shapes_of(operands) == self.shapes:
            return Question(self.chain, operands, self.attributes, self.outputs)
        return ask(self.chain, operands, self.flat)

    def __str__(self) -> str:
        """Operands with their shapes, and attributes, in one line."""
        sizes = (None if shape is None else "×".join(map(str, shape)) for shape in self.shapes)
        operands = [
            f"{name} {size or '()'}" if size is not None else f"{name} None"
            for name, size in zip(self.names, sizes, strict=True)
        ]
        settings = [f"{name}={value!r}" for name, value in self.flat.items()]
        return f"{self.chain.name}: {', '.join(operands + settings)}"


def ask(chain: Chain, operands: tuple[Any, ...], given: Mapping[str, Any]) -> Question:
    """The question of these operands and attributes, as a user gives them; SpecError.

    given: one layer's attributes, or one mapping per layer of a chain.
    """
    whole = chain.complete(operands)
    by_layer = per_layer(chain, given)
    checked: list[Any] = []
    for step in steps(chain, whole, by_layer):
        own = (*step.before, *step.after)
        declared = step.layer.declared(len(own))
        if len(own) < len(declared):
            place = len(step.before)
            declared = declared[:place] + declared[place + 1 :]
        checked += checked_operands(step.layer, declared, own)
    return Question(chain, tuple(checked), *resolve(chain, shapes_of(checked), given))


def per_layer(chain: Chain, given: Mapping[str, Any]) -> dict[str, Attributes]:
    """One mapping of attributes for each layer; a chain of one layer takes its own directly."""
    if len(chain.layers) == 1:
        return {chain.name: dict(given)}
    names = [layer.name for layer in chain.layers]
    unknown = set(given) - set(names)
    if unknown:
        raise SpecError(f"{chain.name}: attributes for {', '.join(sorted(unknown))}, no such layer")
    return {name: dict(given.get(name, {})) for name in names}


def flat(chain: Chain, attributes: ByLayer) -> Mapping[str, Any]:
    """What `per_layer` took apart: one layer's own attributes, or one mapping per layer."""
    return attributes[chain.name] if len(chain.layers) == 1 else attributes


def steps(chain: Chain, operands: tuple[Any, ...], attributes: ByLayer) -> Iterator[Step]:
    """Each layer with its open operands, those before and those after its predecessor's output."""
    rest = list(operands)
    for k, layer in enumerate(chain.layers):
        whole = len(rest) if layer.variadic else len(layer.operands) - (k > 0)
        own, rest = rest[:whole], rest[whole:]
        place = chain.inner[k] if k else 0
        yield Step(layer, tuple(own[:place]), tuple(own[place:]), attributes[layer.name])


def resolve(
    chain: Chain, shapes: tuple[Shape | None, ...], given: Mapping[str, Any]
) -> tuple[dict[str, Attributes], tuple[Shape, ...]]:
    """Every layer's attributes, normalised, under its name, and every layer's output shape."""
    complete: dict[str, Attributes] = {}
    outputs: list[Shape] = []
    for step in steps(chain, chain.complete(shapes), per_layer(chain, given)):
        arguments = step.arguments(outputs[-1]) if outputs else step.after
        complete[step.layer.name], shape = step.layer.resolve(arguments, step.attributes)
        outputs.append(shape)
    return complete, tuple(outputs)
