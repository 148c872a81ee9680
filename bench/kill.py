"""How many wrong kernels the judge finds and right ones it rejects, and what others would say.

    python bench/kill.py                every file: half an hour; goes on where it stopped
    python bench/kill.py --sample 20    so many in all; fails if one survives
    python bench/kill.py --honest       honest kernels in place of wrong ones
    python bench/kill.py --table --write docs/detection.md    what is known so far

Our kernels are changed by one edit each. `clgold verify` runs the fixed cases until one fails; the
suite's draws get what passes, and the simulator, where there is one, what is left. Results stand
in --out, one JSON line for each mutant and stage.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from mutation import stages, table
from mutation.honest import honest_kernels
from mutation.mutants import EQUIVALENTS, SURVIVORS, Mutant, choose, files, listed, mutants_of
from mutation.place import place
from mutation.stages import Found

from clgold.device.drivers import discover
from clgold.device.worker import Worker, open_worker

SECONDS = 10.0  # of computing for one case: an endless mutant has had its time
SIMULATED = 120.0
HEADING = "## Figures\n"
_open: dict[str, Worker] = {}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", action="append", help="only mutants of this kernel file")
    parser.add_argument("--most", type=int, default=16, help="mutants of one file")
    parser.add_argument("--sample", type=int, help="so many mutants in all, by verify alone")
    parser.add_argument("--seed", type=int, default=0, help="of the choice")
    parser.add_argument("--honest", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--write", type=Path, help="the tables to the end of this document")
    parser.add_argument("--device", default=None)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("build/kill.jsonl"))
    asked = parser.parse_args()
    work = honest_kernels() if asked.honest else chosen(asked)
    out = asked.out.with_suffix(".honest.jsonl") if asked.honest else asked.out
    if asked.sample:
        out = Path(tempfile.mkdtemp()) / "sample.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    if not asked.table:
        for name in ("verify",) if asked.honest else STAGES:
            run_stage(name, work, asked, out)
    records = known(out, work)
    if asked.honest:
        bad = [f"{one['mutant']}: {one['verdict']}: {one['message']}" for one in records]
        bad = [line for line, one in zip(bad, records, strict=True) if one["verdict"]]
        print(f"\n{len(records)} honest kernels, {len(bad)} rejected", *bad, sep="\n- ")
    else:
        honest = known(asked.out.with_suffix(".honest.jsonl"), honest_kernels())
        bad = show(table.valid(records), honest, asked.write)
    sys.exit(bool(bad))


def show(
    mutants: dict[str, dict[str, table.Record]], honest: list[table.Record], file: Path | None
) -> list[str]:
    """Print the tables, or put them behind a document's last heading; what survives."""
    left = table.survivors(mutants)
    parts = [table.by_file(mutants), table.by_kind(mutants), table.by_rule(mutants, honest)]
    parts.append([f"{len(left)} survive.", *(f"- {one}" for one in left)])
    if file:
        parts.append(table.by_cause(mutants))
    text = "\n\n".join([table.summary(mutants), *map("\n".join, parts)]) + "\n"
    if file:
        kept, heading, _ = file.read_text(encoding="utf-8").partition(HEADING)
        file.write_text(f"{kept}{heading}\n{text}", encoding="utf-8")
    else:
        print(f"\n{text}")
    return left


def known(out: Path, work: Sequence[Mutant]) -> list[table.Record]:
    """The records of these kernels."""
    names = set(map(str, work))
    return [one for one in read(out) if one["mutant"] in names]


def chosen(asked: argparse.Namespace) -> list[Mutant]:
    """The mutants to try, without those that are known to compute what our kernels compute.

    Without a simulator nothing finds a barrier that is missing.
    """
    same, survivors = listed(EQUIVALENTS), listed(SURVIVORS)
    every = {path.name: mutants_of(path) for path in files()}
    names = {str(one) for group in every.values() for one in group}
    if gone := {*same, *survivors} - names:
        raise SystemExit(f"listed, but no mutants: {'; '.join(sorted(gone))}")
    left_out = {*same, *survivors} if asked.sample else {*same}
    blind = not any(not one.guards for one in discover())
    found = []
    for file, mutants in every.items():
        if not asked.file or file in asked.file:
            seen = [one for one in mutants if not (blind and one.kind == "barrier")]
            others = [one for one in seen if str(one) not in left_out]
            found += choose(others, asked.most, asked.seed)
    return choose(found, asked.sample, asked.seed) if asked.sample else found


def read(out: Path) -> list[table.Record]:
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    return [json.loads(line) for line in lines]


def run_stage(name: str, work: Sequence[Mutant], asked: argparse.Namespace, out: Path) -> None:
    """The stage on whatever reached it and has not been there yet."""
    done = {(one["mutant"], one["stage"]) for one in read(out)}
    caught = {one["mutant"] for one in read(out) if one["verdict"]}
    left = [m for m in work if str(m) not in caught and (str(m), name) not in done]
    began = time.monotonic()
    with ProcessPoolExecutor(asked.jobs, initializer=begin) as pool, out.open("a") as file:
        tasks = [pool.submit(attempt, name, one, asked.device, asked.honest) for one in left]
        for number, task in enumerate(as_completed(tasks), 1):
            record = task.result()
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()
            clock = f"{time.monotonic() - began:.0f} s"
            said = record["verdict"] or "survived"
            print(f"{name} {number}/{len(left)} {clock}: {said}: {record['mutant']}", flush=True)
        for _ in range(asked.jobs):
            pool.submit(end)


def begin() -> None:
    """In a process of the pool: a kernel cache of its own, which is not kept."""
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()


def end() -> None:
    for worker in _open.values():
        worker.close()
    shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)
    time.sleep(1)  # so that the pool's next process gets the next such task


def attempt(name: str, mutant: Mutant, device: str | None, everything: bool) -> dict:
    """One mutant's record for one stage."""
    began, folder = time.monotonic(), Path(tempfile.mkdtemp())
    try:
        file, variants = place(mutant, folder)
        found = STAGES[name](file, variants, device)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    about = {"mutant": str(mutant), "file": mutant.file, "kind": mutant.kind, "stage": name}
    return {**about, **asdict(found), "seconds": round(time.monotonic() - began, 2)}


def by_verify(file: Path, variants: Sequence, device: str | None) -> Found:
    worker = opened(device, SECONDS)
    worker.kill()  # what an earlier mutant wrote somewhere else must not be this one's fault
    return stages.verify(worker, variants)


def by_draws(file: Path, variants: Sequence, device: str | None) -> Found:
    return stages.draws(file, variants, opened(device, SECONDS).driver.name)


def by_simulator(file: Path, variants: Sequence, device: str | None) -> Found:
    name = next((one.name for one in discover() if not one.guards), "")
    if not name:
        return Found(message="there is no simulator here")
    return stages.simulate(opened(name, SIMULATED), variants)


STAGES: dict[str, Callable[[Path, Sequence, str | None], Found]] = {
    "verify": by_verify,
    "draws": by_draws,
    "simulator": by_simulator,
}


def opened(name: str | None, seconds: float) -> Worker:
    """The worker of this process for that device."""
    if str(name) not in _open:
        _open[str(name)] = open_worker(name, seconds)
    return _open[str(name)]


if __name__ == "__main__":
    main()
