"""The worker's side: one driver, one device, requests on standard input, answers on a pipe.

    python -m clgold.device.serve DRIVER [INDEX]

Without an index it says first what examine.py would, and is told the index in the first line.
Requests and answers are lines of JSON; arrays travel as .npy files in shared memory. Whatever a
kernel does to this process, the asking one lives on (worker.py).
"""

import functools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from clgold.reference import Question, find_chain

from .drivers import from_json
from .examine import examined
from .isolated import answering
from .memory import DeviceArray
from .peak import peak
from .replay import Part, Replay, prepare
from .run import AGAIN, Run
from .session import Session, open_device
from .variants import Variant, load_variants

Arrays = dict[str, DeviceArray]


def main(argument: str, index: str = "") -> None:
    """Answer requests until there are no more."""
    tell, driver = answering(), from_json(argument)
    if not index:
        tell(examined(driver))
        index = sys.stdin.readline()
    if not index:
        return  # it is not needed
    session = open_device(driver, int(index))
    tell(session.describe())
    arrays: Arrays = {}
    replays: dict[str, Replay] = {}
    for line in sys.stdin:
        request = json.loads(line)
        for name in request["drop"]:
            session.drop(arrays.pop(name, None))
        for name, file in request["upload"].items():
            # A view of the file in shared memory: large weights need no further copy here.
            values = np.load(file, mmap_mode="r")
            arrays[name] = session.upload(request["labels"][name], values)
        if "replay" in request:
            tell(replayed(session, arrays, replays, request))
        else:
            tell(answer(session, arrays, request))


def replayed(
    session: Session, arrays: Arrays, replays: dict[str, Replay], request: dict[str, Any]
) -> dict[str, Any]:
    """Make a replay ready under its name, play it, split its time, or tell what came of it."""
    name, what = request["replay"], request["what"]
    if what == "prepare":
        made = (
            prepare(session, [part_of(one) for one in request["parts"]], arrays)
            if request["parts"]
            else peak(session, request["lanes"])
        )
        if isinstance(made, Run):
            return {"verdict": made.verdict, "message": made.message}
        replays[name] = made
        return {"verdict": "", "message": ""}
    if what == "play":
        return {"seconds": replays[name].play(request["least"])}
    if what == "split":
        return {"seconds": replays[name].split()}
    files: dict[str, str] = {}
    for key, values in replays.pop(name).values().items():
        files[key] = str(Path(request["folder"]) / f"{len(files)}.npy")
        np.save(files[key], values)
    return {"arrays": files}


def part_of(said: dict[str, Any]) -> Part:
    """A part of a replay from its JSON."""
    return Part(
        find_variant(Path(said["source"]), said["layer"], said["variant"]),
        restore(said["attributes"]),
        restore(said["outputs"]),
        restore(said["operands"]),
        said["output"],
    )


def answer(session: Session, arrays: Arrays, request: dict[str, Any]) -> dict[str, Any]:
    """Run what is asked for; the output stays on the device under the name that it is to have."""
    variant = find_variant(Path(request["source"]), request["layer"], request["variant"])
    operands = tuple(None if name is None else arrays[name] for name in request["operands"])
    hosts = tuple(None if one is None else one.host for one in operands)
    attributes, outputs = restore(request["attributes"]), restore(request["outputs"])
    question = Question(find_chain(request["layer"]), hosts, attributes, outputs)
    local_size, rehearse = restore(request["local_size"]), request["rehearse"]
    run = session.run(variant, question, operands, local_size, rehearse, request["times"])
    return describe(run, Path(request["folder"]), arrays, request["output"])


def describe(run: Run, folder: Path, arrays: Arrays, name: str) -> dict[str, Any]:
    """The run as JSON, its arrays as files."""
    files: dict[str, str] = {}
    if isinstance(run.output, DeviceArray) and run.output.host is not None:
        arrays[name] = run.output
        for key, values in {**handed_over(run), **second(run)}.items():
            files[key] = str(folder / f"{len(files)}.npy")
            np.save(files[key], values)
    return {
        "verdict": run.verdict,
        "message": run.message,
        "profile": run.profile,
        "sources": [str(path) for path in run.sources],
        "arrays": files,
        "seconds": run.seconds,
        "record": run.record and run.record.to_json(),
    }


def handed_over(run: Run) -> dict[str, np.ndarray]:
    """The output under the empty name, and what was kept."""
    assert run.output is not None
    assert run.output.host is not None
    return {**run.kept, "": run.output.host}


def second(run: Run) -> dict[str, np.ndarray]:
    """The same of the second run, where it differs."""
    if run.again is None:
        return {}
    return {f"{AGAIN}{key}": values for key, values in handed_over(run.again).items()}


def find_variant(source: Path, layer: str, name: str) -> Variant:
    """One of ours, or the one that a user's file declares."""
    from .catalogue import VARIANTS

    ours = tuple(one for one in VARIANTS if one.source == source)
    for one in ours or loaded(source, source.stat().st_mtime_ns):
        if (one.layer, one.name) == (layer, name):
            return one
    raise LookupError(f"{source} no longer declares {layer} {name!r}")


@functools.cache
def loaded(source: Path, _changed: int) -> tuple[Variant, ...]:
    """A user's file, read once as long as it stays as it is: what it remembers, it remembers."""
    return load_variants(source)


def restore(value: Any) -> Any:
    """JSON's lists as the tuples that they were."""
    if isinstance(value, dict):
        return {key: restore(inner) for key, inner in value.items()}
    return tuple(map(restore, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    main(*sys.argv[1:])
