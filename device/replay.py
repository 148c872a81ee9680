"""Kernels that are made ready once, and launched again and again only to be timed.

Every variant runs once, in plain memory, with a launcher that keeps its launches. What is made
once (`cl.once`: packed weights) is launched then and not kept. A replay enqueues what was kept, in
order, and waits for the end: no guards, no poison, nothing is brought back or judged in between.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference import Question, find_chain

from . import memory
from .given import brought_back, dressed, lacking, layouts
from .launcher import Launcher
from .layouts import PLAIN
from .memory import DeviceArray
from .relayout import moved, moves
from .run import Run, attempt, launcher
from .variants import Variant

if TYPE_CHECKING:
    import pyopencl as cl

    from .session import Session

Enqueue = Callable[[], "cl.Event"]
Arrays = dict[str, DeviceArray]


@dataclass(frozen=True)
class Part:
    """One kernel of a replay: a variant on arrays by their names; `output` names its result.

    attributes and outputs are the question's (reference/question.py).
    """

    variant: Variant
    attributes: Mapping[str, Any]
    outputs: tuple[Any, ...]
    operands: tuple[str | None, ...]
    output: str


@dataclass(eq=False)
class Player:
    """What a launcher tells its launches to, and takes memory from, while one part is made ready.

    Memory comes from `free`, which holds the buffers that no later launch reads.
    """

    session: "Session"
    free: "list[cl.Buffer]"
    launches: list[Enqueue] = field(default_factory=list)
    making: bool = False  # what is made once: its launches are not repeated, its memory stays
    taken: "list[cl.Buffer]" = field(default_factory=list)

    def note(
        self,
        kernel: "cl.Kernel",
        global_size: tuple[int, ...],
        local_size: tuple[int, ...] | None,
        bound: list[Any],
    ) -> None:
        """A launch with its arguments, which pyopencl would not keep alive."""
        import pyopencl as cl

        def enqueue(_alive: list[Any] = bound) -> cl.Event:
            queue = self.session.queue
            return cl.enqueue_nd_range_kernel(queue, kernel, global_size, local_size)

        self.step(enqueue)

    def step(self, enqueue: Enqueue) -> None:
        if not self.making:
            self.launches.append(enqueue)

    def copied(self, source: DeviceArray, target: DeviceArray) -> None:
        """A copy on the device, made again every time."""
        import pyopencl as cl

        count, one, other = source.nbytes, source.buffer, target.buffer
        queue = self.session.queue
        self.step(lambda: cl.enqueue_copy(queue, other, one, byte_count=count))

    def zeroed(self, array: DeviceArray) -> None:
        """An array that is full of zeros again every time."""
        import pyopencl as cl

        queue, size = self.session.queue, array.guarded - array.guard
        zero = np.zeros((), np.uint32)
        self.step(lambda: cl.enqueue_fill_buffer(queue, array.buffer, zero, 0, size))

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What the session keeps under that key."""
        before, self.making = self.making, True
        try:
            return self.session.once(key, make)
        finally:
            self.making = before

    def allocate(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> DeviceArray:
        """Plain memory: the smallest free buffer that is large enough, or a new one."""
        import pyopencl as cl

        wanted = max(4, memory.whole_words(int(np.prod(shape, dtype=np.int64)) * dtype.itemsize))
        fitting = [] if self.making else [one for one in self.free if one.size >= wanted]
        if fitting:
            buffer = min(fitting, key=lambda one: one.size)
            self.free.remove(buffer)
        else:
            buffer = cl.Buffer(self.session.context, cl.mem_flags.READ_WRITE, wanted)
        if not self.making:
            self.taken.append(buffer)
        return DeviceArray(name, shape, dtype, buffer, buffer, 0, next(memory.GUARDS))


@dataclass(frozen=True, eq=False)
class Replay:
    """What is launched, part by part, and the arrays that hold what comes of it, by name.

    results  the last part's output under the empty name, and what it handed over beside it
    alive    the operands, which pyopencl would not keep alive
    """

    session: "Session"
    parts: tuple[tuple[Enqueue, ...], ...]
    results: Mapping[str, DeviceArray] = field(default_factory=dict)
    dtype: type = np.float32
    alive: tuple[DeviceArray, ...] = ()

    def play(self, least: float) -> list[tuple[float, float]]:
        """Wall and CPU seconds of each of several replays, which take `least` seconds together."""
        found = list[tuple[float, float]]()
        launches = [one for part in self.parts for one in part]
        end = time.perf_counter() + least
        while not found or time.perf_counter() < end:
            found.append(self.took(launches))
        return found

    def split(self) -> list[tuple[float, float]]:
        """The same of each part in one replay, each part waited for."""
        return [self.took(part) for part in self.parts]

    def took(self, launches: Sequence[Enqueue]) -> tuple[float, float]:
        """Wall and CPU seconds from the first launch to the end of the last."""
        cpu, wall = time.process_time(), time.perf_counter()
        for enqueue in launches:
            enqueue()
        self.session.queue.finish()
        return time.perf_counter() - wall, time.process_time() - cpu

    def values(self) -> dict[str, np.ndarray]:
        """What the results hold now, in the reference's layout."""
        queue = self.session.queue
        return {
            name: brought_back(array, memory.download(queue, array), self.dtype)
            for name, array in self.results.items()
        }


def prepare(session: "Session", parts: Sequence[Part], given: Arrays) -> Replay | Run:
    """The replay of the parts in order on the given arrays; the Run that fails, where one does.

    Results stay in the layout in which a variant leaves them; for a part that wants another one it
    is made on the device, in every replay. What is given is brought into its layout here, once.
    """
    live, free = dict(given), list["cl.Buffer"]()
    last = {o: place for place, part in enumerate(parts) for o in part.operands}
    launches, results = [], {}
    for place, part in enumerate(parts):
        question = question_of(part, live)
        refusal = part.variant.refusal(question.shapes, question.flat) or lacking(
            session.device, part.variant.requires
        )
        if part.variant.accumulate:
            refusal = refusal or "adds to its output: every replay would add once more"
        if refusal:
            return Run("unsupported", f"{part.variant.layer} {part.variant.name!r}: {refusal}")
        player = Player(session, free)
        cl = launcher(session, part.variant, question, None)
        cl.player = player
        operands = wanted(cl, part, question, live, given)
        failed = attempt(part.variant, cl, operands, question.flat)
        if failed is not None:
            return failed
        results = {**cl.kept, "": settled(session, cl.kept[""], question.chain.dtype)}
        live[part.output] = results[""]
        launches.append(tuple(player.launches))
        gone = [o for o in live if last.get(o) == place and o not in given]
        dead = [live.pop(o).whole for o in gone] + player.taken
        if place + 1 < len(parts):
            used = [array.whole for array in live.values()]
            free += [one for one in dict.fromkeys(dead) if one not in used]
    dtype = find_chain(parts[-1].variant.layer).dtype
    return Replay(session, tuple(launches), results, dtype, tuple(live.values()))


def question_of(part: Part, arrays: Arrays) -> Question:
    """What the part asks; of its operands the shapes alone are told, by zeros that take no room."""
    zero = np.zeros((), np.float32)
    hosts = tuple(
        None if o is None else np.broadcast_to(zero, arrays[o].shape) for o in part.operands
    )
    return Question(find_chain(part.variant.layer), hosts, part.attributes, part.outputs)


def wanted(
    cl: Launcher, part: Part, question: Question, arrays: Arrays, given: Arrays
) -> tuple[DeviceArray | None, ...]:
    """The operands as the variant declared them (given.py)."""
    names = layouts(part.variant, question)
    known: list[DeviceArray | None] = []
    for name, operand in zip(question.names, part.operands, strict=True):
        array = None if operand is None else arrays[operand]
        if array is not None:
            layout = names[name].text if name in names else PLAIN
            array = standing(cl, array, layout, operand in given)
        known.append(array)
    first = known[0]
    if not part.variant.in_place or first is None:
        return dressed(cl.session, part.variant, question, tuple(known))
    known[0] = replace(first, host=memory.download(cl.session.queue, first))
    found = dressed(cl.session, part.variant, question, tuple(known))
    if cl.player is not None and found[0] is not None:
        cl.player.copied(first, found[0])
    return found


def standing(cl: Launcher, array: DeviceArray, layout: str, fixed: bool) -> DeviceArray:
    """The array in that layout, or ready for `dressed` to pack it; `fixed`: it stays as it is."""
    if array.layout == layout:
        return array
    if not fixed and moves(array, layout):
        return moved(cl, array, layout)
    values = brought_back(array, memory.download(cl.session.queue, array), np.float32)
    return cl.session.upload(array.name, values) if array.stored else replace(array, host=values)


def settled(session: "Session", array: DeviceArray, dtype: type) -> DeviceArray:
    """The result as the next part expects it: a copy where it is of another dtype."""
    if array.dtype == np.dtype(dtype):
        return array
    values = brought_back(array, memory.download(session.queue, array), dtype)
    return session.upload(array.name, values)
