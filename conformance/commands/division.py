"""`clgold plan NETWORK --grid PxQ`: the Rects of every operation and array, and what is sent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clgold.ranks import Operation, Plan, Rect, operations, pattern, transfers
from clgold.reference.spec import InputError

from .output import show
from .ranked import divide
from .report import shape_text
from .targets import Target


def show_division(
    target: Target, grid: tuple[int, int], rank: int | None, json_file: Path | None
) -> None:
    """The plan of every rank, or of one, node by node; InputError for a rank that is none."""
    found = divide(target, grid)
    if rank is not None and rank >= found.ranks:
        raise InputError(f"--rank {rank}: there are {found.ranks} ranks, numbered from 0")
    ranks = range(found.ranks) if rank is None else range(rank, rank + 1)
    every = operations(found)
    lines = [line for one in ranks for line in rank_lines(found, every, one)]
    show(json_file, division_json(found, every, ranks), *lines, *sent_lines(found))


def rank_lines(found: Plan, every: tuple[Operation, ...], rank: int) -> list[str]:
    """One rank's operations with their Rects, each followed by the arrays that it brings up."""
    row, column = divmod(rank, found.grid[1])
    lines = [
        f"{found.network}, rank {rank} at ({row}, {column}) of {found.grid[0]}×{found.grid[1]}"
    ]
    for one in every:
        lines.append(f"{one.name}  dim {list(one.dim)}")
        lines += rect_lines({key: rects[rank] for key, rects in one.rects.items()})
        for name in one.arrays:
            array = found.arrays[name]
            wrote = None if array.writes is None else array.writes[rank]
            lines.append(f"  {name}  dim {list(array.shape)}")
            lines += rect_lines({"read_rect": array.reads[rank], "write_rect": wrote})
            lines += [f"    {text}" for text in messages(found, name, rank)]
    memory = found.memory(rank)
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in memory.items())
    return [*lines, f"memory of rank {rank}: {sum(memory.values()):,} bytes ({kinds})"]


def rect_lines(rects: Mapping[str, Rect | None]) -> list[str]:
    return [f"    {key}={rect}" for key, rect in rects.items()]


def messages(found: Plan, name: str, rank: int) -> list[str]:
    """What the rank receives of an array, and from whom."""
    array = found.arrays[name]
    mine = [one for one in transfers(array) if one.target == rank]
    if not mine:
        return []
    sources = ", ".join(f"{one.bytes:,} from {one.source}" for one in mine)
    return [f"{pattern(array)}: bytes {sources}"]


def sent_lines(found: Plan) -> list[str]:
    """Every array that is sent, and the sums."""
    lines, total = [], 0
    for name, array in found.arrays.items():
        sent = transfers(array)
        total += (count := sum(one.bytes for one in sent))
        if sent:
            kind = pattern(array)
            lines.append(
                f"{kind} of {name} {shape_text(array.shape)}: {len(sent)} messages, {count:,} bytes"
            )
    return [*lines, f"sent: {total:,} bytes"]


def division_json(found: Plan, every: tuple[Operation, ...], ranks: range) -> dict[str, Any]:
    """The same as JSON: lists with an entry for every rank in `ranks`."""
    return {
        "network": found.network,
        "grid": found.grid,
        "ranks": list(ranks),
        "operations": [
            {
                "name": one.name,
                "dim": one.dim,
                "rects": {
                    key: [rect_json(rects[k]) for k in ranks] for key, rects in one.rects.items()
                },
                "arrays": one.arrays,
            }
            for one in every
        ],
        "arrays": {
            name: {
                "dim": array.shape,
                "kind": array.kind,
                "read_rect": [rect_json(array.reads[k]) for k in ranks],
                "write_rect": None
                if array.writes is None
                else [rect_json(array.writes[k]) for k in ranks],
                "transfer": pattern(array) or None,
                "messages": [
                    {"from": m.source, "to": m.target, "bytes": m.bytes, **rect_json(m.rect)}
                    for m in transfers(array)
                    if m.target in ranks or m.source in ranks
                ],
            }
            for name, array in found.arrays.items()
        },
        "memory": [found.memory(k) for k in ranks],
    }


def rect_json(rect: Rect) -> dict[str, Any]:
    return {"origin": rect.origin, "size": rect.size}
