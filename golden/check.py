"""What differs between the fixtures of a folder and those computed here and now."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from clgold.reference.spec import InputError

from .archive import Digest
from .fixtures import Spec, specs
from .manifest import GENERATOR, Fixture
from .movement import movement
from .produce import Made
from .seals import SEALS, seal
from .store import Finding, Store, strays


def select(only: str | None) -> list[Spec]:
    """The fixtures whose name the pattern matches; InputError if none does."""
    found = [spec for spec in specs() if selected(spec.identity, only)]
    if not found:
        raise InputError(f"--only {only}: no fixture has such a name")
    return found


def differences(store: Store, made: Sequence[Made], only: str | None) -> list[Finding]:
    """Every difference in the fixtures that the pattern selects, in the manifest's order."""
    if store.seals:
        return unsealed(store.seals, made)
    known = store.manifest.fixtures
    computed = {one.spec.identity: one for one in made}
    found = [one for one in store.damage if one.name not in known or selected(one.name, only)]
    for name, one in computed.items():
        if name not in known:
            found.append(Finding(name, "is not in the manifest"))
        else:
            found += [Finding(name, text) for text in compare(known[name], one, store)]
    for name, fixture in known.items():
        if name not in computed and selected(name, only):
            found.append(Finding(name, f"is in the manifest, but is no fixture: {fixture.case}"))
    return found + general(store)


def unsealed(seals: Sequence[bytes], made: Sequence[Made]) -> list[Finding]:
    """The fixtures, as made here, that are not those that were sealed."""
    names = [spec.identity for spec in specs()]
    if len(names) != len(seals):
        return [Finding(SEALS, f"is of {len(seals)} fixtures, expected {len(names)}")]
    expected = dict(zip(names, seals, strict=True))
    problem = "is not what was sealed; --fixtures with a checkout's golden/ tells what moves"
    return [
        Finding(one.spec.identity, problem)
        for one in made
        if seal(one.spec.identity, one.fixture) != expected[one.spec.identity]
    ]


def selected(name: str, only: str | None) -> bool:
    """Whether the pattern matches; * stands for any letters."""
    return only is None or fnmatchcase(name, only)


def general(store: Store) -> list[Finding]:
    """Differences that belong to no fixture."""
    found = []
    if store.manifest.generator != GENERATOR:
        made_by = f"the inputs are of generator {store.manifest.generator}, here it is {GENERATOR}"
        found.append(Finding("manifest.toml", made_by))
    if list(store.manifest.fixtures) != [
        spec.identity for spec in specs() if spec.identity in store.manifest.fixtures
    ]:
        found.append(Finding("manifest.toml", "its fixtures are not in their order"))
    return found


def compare(recorded: Fixture, made: Made, store: Store) -> Iterator[str]:
    """What is recorded otherwise than computed, the inputs first: an output follows from them."""
    for name in ("case", "why", "stored"):
        was, now = getattr(recorded, name), getattr(made.fixture, name)
        if was != now:
            yield f"its {name} is recorded as {was!r}, expected {now!r}"
    yield from compare_inputs(recorded.inputs, made.fixture.inputs)
    if recorded.output != made.fixture.output:
        old = store.outputs.get(made.spec.identity)
        told = "it is known by its digest alone" if old is None else movement(old, made.output)
        yield f"its output is recorded as {short(recorded.output)}, computed as " + (
            f"{short(made.fixture.output)}: {told}"
        )


def compare_inputs(recorded: Mapping[str, Digest], made: Mapping[str, Digest]) -> Iterator[str]:
    if list(recorded) != list(made):
        yield f"its inputs are recorded as {', '.join(recorded)}, expected {', '.join(made)}"
        return
    for name, one in made.items():
        if recorded[name] != one:
            was, now = short(recorded[name]), short(one)
            yield f"its input {name} is recorded as {was}, computed as {now}"


def short(one: Digest) -> str:
    return f"{one.dtype} {one.shape} {one.sha256[:12]}…"


def stray_files(folder: Path, store: Store) -> list[Finding]:
    """Files that are no part of the fixtures."""
    return [
        Finding(str(path.relative_to(folder)), "is no part of the fixtures")
        for path in strays(folder, store.manifest)
    ]
