"""Which cases a command works on: a layer's own, or those that its options describe.

Each option is a piece of a case's line (golden/case_line.py), and what they say together is read
as such a line.
"""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.variants import Variant
from clgold.golden.case_line import words
from clgold.golden.cases import Case, parse_case
from clgold.golden.probes import PROBES
from clgold.golden.tiers import judged_cases
from clgold.networks import NETWORKS, Network, shapes, view
from clgold.reference import LAYERS, find_chain
from clgold.reference.spec import InputError

from ..run.choose import pick
from ..run.fit import fitted
from .help import section
from .output import PATH
from .targets import named_network

OPTIONS = (
    click.option(
        "--case", "lines", multiple=True, metavar="LINE", help="A case, as a failure prints it."
    ),
    click.option(
        "--shape",
        "lengths",
        multiple=True,
        metavar="OPERAND=LENGTHS",
        help="An operand of a case: input=1,3,64,64.",
    ),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="ATTRIBUTE=VALUE",
        help="An attribute of a case: stride=2.",
    ),
    click.option("--probe", "probes", multiple=True, metavar="NAME,…", help="Of cases."),
    click.option("--like", metavar="NETWORK.NODE", help="A case such as this node of a network."),
    click.option(
        "--data",
        type=PATH,
        metavar="DIR|FILE.npz",
        help="A case of your own arrays.",
    ),
)


def case_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that describe cases."""
    return section("Cases of a layer", *OPTIONS)(command)


@dataclass(frozen=True)
class Asked:
    """What the options say, as they were given."""

    lines: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    like: str | None = None
    data: Path | None = None

    @property
    def anything(self) -> bool:
        return self != Asked()

    @property
    def described(self) -> bool:
        """Whether they describe cases; else a layer's own are meant, with some probes or all."""
        return bool(self.lines or self.lengths or self.like or self.data)

    def more(self, variants: Sequence[Variant], cases: Sequence[Case], seed: int) -> list[Case]:
        """What a layer's own cases lack for variants that refuse some of them."""
        if self.described:
            return []
        return fitted(variants, cases, seed, tuple(self.chosen_probes()))

    def cases(self, layer: str | None, seed: int) -> list[Case]:
        """The cases; of a layer alone its fixed ones. SpecError, InputError as a sentence."""
        chosen = tuple(self.chosen_probes())
        if not self.described:
            if self.settings:
                raise InputError("--set: give the operands too, as in --shape input=1,3,64,64")
            return [one for one in fixed(layer, seed) if one.probe in (chosen or PROBES)]
        own = [parse_case(with_layer(layer, line)) for line in self.lines]
        if chosen:
            own = [replace(one, probe=probe) for one in own for probe in chosen]
        if self.data:
            described = [f"{needed(layer)} data={shlex.quote(str(self.data))}"]
        elif self.like:
            described = [f"{node_line(self.like)} probe={one}" for one in chosen or PROBES]
        elif self.lengths:
            described = [f"{needed(layer)} probe={one}" for one in chosen or PROBES]
        else:
            described = []
        rest = [*self.lengths, *self.settings, f"seed={seed}"]
        own += [parse_case(" ".join([line, *rest])) for line in described]
        refuse_others(layer, own)
        return own

    def chosen_probes(self) -> Iterator[str]:
        """Those of --probe."""
        for name in (name for given in self.probes for name in given.split(",")):
            if name not in PROBES:
                raise InputError(f"--probe {name}: expected one of {', '.join(PROBES)}")
            yield name


def with_layer(layer: str | None, line: str) -> str:
    """The line, which may lack its layer where the command names it."""
    first = line.split(maxsplit=1)[0] if line.strip() else ""
    return f"{layer} {line}" if layer is not None and ("=" in first or not first) else line


def needed(layer: str | None) -> str:
    if layer is None:
        raise InputError("verify: name the layer whose cases these are, as in verify conv2d")
    return layer


def refuse_others(layer: str | None, cases: Sequence[Case]) -> None:
    """Refuse cases of another layer than the one that the command names, and of several."""
    for one in cases:
        expected = layer or cases[0].layer
        if one.layer != expected:
            raise InputError(f"case {str(one)!r} is one of {one.layer}, expected {expected}")


def is_layer(name: str) -> bool:
    """Whether it is a layer, or layers that make a chain; SpecError for a chain that is none."""
    layers = name.split("+")
    known = all(any(layer.name == one for layer in LAYERS) for one in layers)
    return known and find_chain(name) is not None


def fixed(target: str | None, seed: int) -> list[Case]:
    """The fixed cases of a layer or chain; InputError for any other name."""
    if target is None:
        raise InputError("verify: give a network, a layer, or a case with --case")
    if not is_layer(target):
        known = ", ".join([*(n.name for n in NETWORKS), *(layer.name for layer in LAYERS)])
        raise InputError(f"there is no network or layer {target!r}, expected one of {known}")
    return judged_cases(target, seed)


def node_line(place: str) -> str:
    """The line of a case with the shapes and attributes of NETWORK.NODE, a node or a kernel."""
    cuts = [k for k, letter in enumerate(place) if letter == "."]
    for cut in cuts:
        found = named_network(place[:cut])
        if found is not None and place[cut + 1 :]:
            return line_of(found.network, place[cut + 1 :])
    raise InputError(f"--like {place}: expected NETWORK.NODE, as in alexnet.conv3")


def line_of(network: Network, name: str) -> str:
    kernels = [*view(network, False), *view(network, True)]
    kernel = next((one for one in kernels if one.name == name), None)
    if kernel is None:
        known = ", ".join(dict.fromkeys(one.name for one in kernels))
        raise InputError(f"--like: {network.name} has no node {name!r}, it has {known}")
    known_shapes = shapes(network)
    given = tuple(None if o is None else known_shapes[o] for o in kernel.operands)
    return " ".join([kernel.layer, *words(kernel.chain, given, kernel.attributes)])


def layer_variants(
    layer: str, theirs: tuple[Variant, ...], chosen: Sequence[str]
) -> tuple[Variant, ...]:
    """The variants to assay: those of --variant, else the user's, else ours."""
    named = pick(theirs + VARIANTS, chosen)
    for variants in (named, theirs):
        if variants:
            fitting = candidates(variants, layer)
            if not fitting:
                others = ", ".join(f"{one.layer} {one.name!r}" for one in variants)
                raise InputError(f"no variant of {layer} is given, only {others}")
            return fitting
    if not (ours := candidates(VARIANTS, layer)):
        raise InputError(f"no variant of {layer} is here: give one with --kernels")
    return ours
