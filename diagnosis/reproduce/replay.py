"""Launch the kernels of the repro.py beside this file, and say whether they are right.

    python repro.py [--platform WORDS]

exits 0 where every result is right, 1 where one is not or where the kernels do not build, crash or
hang, 3 where there is no OpenCL device. It needs numpy and pyopencl. The device is the one that the
fault was found on, where it is there; otherwise, or with PYOPENCL_CTX, pyopencl's choice;
--platform takes the first platform whose name contains the words.
"""

import argparse
import ctypes
import importlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
RIGHT, WRONG, NO_DEVICE = 0, 1, 3
WORST = 5  # elements that are shown

# Quiet NaNs that no arithmetic makes: in whatever was not written yet, and around every array.
POISON = np.array(0x7FC5A5A5, np.uint32)
FENCE = 0x7FC80000
OVERFLOW = 2.0**128 - 2.0**103  # from here on the nearest float32 is infinity
FINDINGS = ("Invalid", "data race", "ninitialized")  # what a simulator's log says of a fault

Table = Mapping[str, Any]


def main(case: Table) -> int:
    """Run the case in a process of its own, which may crash or hang; the exit code."""
    parser = argparse.ArgumentParser(description=case["__doc__"].split("\n")[0])
    parser.add_argument("--platform", help="take the first platform whose name contains this")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        code = run(case, given.platform)
        sys.stdout.flush()
        os._exit(code)  # some drivers abort at exit, when all is done
    command = [sys.executable, sys.argv[0], "--here", *sys.argv[1:]]
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "oclgrind.log"
        caches = {"POCL_CACHE_DIR": scratch, "XDG_CACHE_HOME": scratch, "OCLGRIND_LOG": str(log)}
        same = given.platform is None and "PYOPENCL_CTX" not in os.environ
        chosen = driver(case) if same else {}
        environment = {**chosen, **os.environ, **caches}
        code = subprocess.run(command, env=environment, check=False).returncode
        findings = log.read_text(errors="replace").strip() if log.exists() else ""
    if any(words in findings for words in FINDINGS):
        return say(f"{findings}\nWRONG: the simulator has found a fault")
    if code == -signal.SIGALRM:
        return say(f"WRONG: a launch does not end within {case['SECONDS']} seconds")
    if code < 0:
        return say(f"WRONG: the process died of {signal.Signals(-code).name}")
    return code


def say(sentence: str) -> int:
    """Print it, and the exit code for what is wrong."""
    print(sentence)
    return WRONG


def driver(case: Table) -> dict[str, str]:
    """The environment that loads the driver which the fault was found on, if that is here."""
    library = Path(case["DRIVER"])
    absent = library.is_absolute() and not library.exists()
    return {} if absent else {**case["ENVIRONMENT"], "OCL_ICD_VENDORS": case["DRIVER"]}


def run(case: Table, words: str | None) -> int:
    """Launch everything several times, and inspect all arrays each time; the exit code."""
    os.chdir(FOLDER)
    import pyopencl as cl

    try:
        queue = open_queue(case, words)
    except (LookupError, OSError, cl.Error) as error:
        print(f"no OpenCL device: {error}")
        return NO_DEVICE
    faults: list[str] = []
    first: dict[str, np.ndarray] = {}
    programs: dict[Any, Any] = {}
    arrays: Mapping[str, Array] = {}  # kept until the next ones are there, elsewhere in memory
    for _ in range(case["RUNS"]):
        try:
            arrays = launched(queue, case, programs)
        except (cl.Error, TypeError) as error:  # TypeError: another number of arguments
            return say(f"WRONG: {error}")
        faults += [words for array in arrays.values() for words in damage(queue, array)]
        got = {name: arrays[name].values for name in case["CHECKS"]}
        first = first or got
        changed = [name for name in got if (bits(got[name]) != bits(first[name])).any()]
        faults += [f"{name} differs from run to run" for name in changed]
    for name, files in case["CHECKS"].items():
        faults += judge(name, first[name], *(np.load(file) for file in files))
    for one in dict.fromkeys(faults):
        print(f"WRONG: {one}")
    if not faults:
        print("right: every element is within its bound")
    return WRONG if faults else RIGHT


def open_queue(case: Table, words: str | None) -> Any:
    """A queue on the device; LookupError where there is none."""
    import pyopencl as cl

    if os.environ.get("OCL_ICD_VENDORS") == case["DRIVER"]:
        os.environ["PYOPENCL_HOME"] = os.devnull  # else its loader adds the drivers of wheels
        for library in filter(os.path.exists, case["PRELOAD"]):
            ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    if words is None and "PYOPENCL_CTX" in os.environ:
        context = cl.create_some_context(interactive=False)
    else:
        platforms = [p for p in cl.get_platforms() if words is None or words in p.name]
        devices = [device for platform in platforms for device in platform.get_devices()]
        if not devices:
            raise LookupError(f"no platform of {len(cl.get_platforms())} has {words or 'a device'}")
        context = cl.Context([devices[min(case["DEVICE"], len(devices) - 1)]])
    device = context.devices[0]
    print(f"on {device.platform.name}: {device.name}")
    if Path("pocl_cpu.py").exists():
        importlib.import_module("pocl_cpu").name_unknown_cpu(device)
    return cl.CommandQueue(context)


def launched(queue: Any, case: Table, programs: dict[Any, Any]) -> "dict[str, Array]":
    """New arrays, after all launches."""
    import pyopencl as cl

    align = queue.device.mem_base_addr_align // 8
    guard = case["GUARD"] and max(case["GUARD"], align)
    arrays = {
        name: allocate(queue, number, name, given, guard)
        for number, (name, given) in enumerate(case["BUFFERS"].items())
    }
    images: dict[Any, Any] = {}
    for launch in case["LAUNCHES"]:
        if "step" in launch:
            step(queue, arrays, images, launch)
            continue
        key = launch["file"], launch["options"]
        if key not in programs:
            text = Path(launch["file"]).read_text(encoding="utf-8")
            options = ["-I", ".", *launch["options"]]
            programs[key] = cl.Program(queue.context, text).build(options)
        kernel = cl.Kernel(programs[key], launch["kernel"])
        kernel.set_args(*(argument(arrays, images, value) for value in launch["arguments"]))
        signal.alarm(case["SECONDS"])  # ends this process, whatever it is doing
        cl.enqueue_nd_range_kernel(queue, kernel, launch["global_size"], launch["local_size"])
        queue.finish()
        signal.alarm(0)
    return arrays


def step(queue: Any, arrays: Mapping[str, Any], images: dict[Any, Any], given: Table) -> None:
    """A copy of an array, an image made of one, or an array filled from one."""
    import pyopencl as cl

    source, target = given["from"], given["to"]
    if given["step"] == "copy":
        size = arrays[target].values.nbytes
        cl.enqueue_copy(queue, arrays[target].buffer, arrays[source].buffer, byte_count=size)
        return
    array = arrays[source if given["step"] == "image" else target]
    values = np.empty(given["shape"], array.values.dtype)
    region = values.shape[1::-1]
    if given["step"] == "image":
        order = cl.channel_order.RGBA if values.ndim == 3 else cl.channel_order.R
        kind = "HALF_FLOAT" if values.dtype == np.float16 else "FLOAT"
        form = cl.ImageFormat(order, getattr(cl.channel_type, kind))
        create: Any = getattr(cl, "create_image", cl.Image)  # newer versions' name for it
        images[target] = create(queue.context, cl.mem_flags.READ_WRITE, form, shape=region)
        cl.enqueue_copy(queue, values, arrays[source].buffer)
        cl.enqueue_copy(queue, images[target], values, origin=(0, 0), region=region)
    else:
        cl.enqueue_copy(queue, values, images[source], origin=(0, 0), region=region)
        cl.enqueue_copy(queue, arrays[target].buffer, values)


def argument(arrays: Mapping[str, Any], images: Mapping[Any, Any], value: Any) -> Any:
    """A launch's argument as pyopencl wants it."""
    import pyopencl as cl

    if isinstance(value, str):
        return arrays[value].buffer
    if isinstance(value, tuple):
        kind, content = value
        if kind == "image":
            return images[value]
        if kind == "bytes":
            return bytes.fromhex(content)
        return cl.LocalMemory(content) if kind == "local" else np.dtype(kind).type(content)
    return {int: np.int32, float: np.float32}.get(type(value), lambda same: same)(value)


@dataclass(eq=False)
class Array:
    """Memory between two guard zones: an input's contents, or NaN that was never written."""

    name: str
    is_input: bool
    values: np.ndarray  # of the array's shape and dtype: what it held when it was last looked at
    words: np.ndarray  # those of the whole memory as they were written, guard zones included
    inner: slice  # those of the array itself
    whole: Any
    buffer: Any


def allocate(queue: Any, number: int, name: str, given: Any, guard: int) -> Array:
    """The array that a file holds, or one of a shape and dtype, with `guard` bytes around it."""
    import pyopencl as cl

    is_input, filled = isinstance(given, str), isinstance(given, str) or len(given) == 1
    values = np.load(given if is_input else given[0]) if filled else np.empty(*given)
    inner = slice(guard // 4, guard // 4 - (-values.nbytes // 4))
    words = np.full(inner.stop + guard // 4, FENCE + number, np.uint32)
    words[inner] = POISON
    if filled:
        words[inner].view(np.uint8)[: values.nbytes] = bits(values)
    whole = cl.Buffer(queue.context, cl.mem_flags.READ_WRITE, words.nbytes)
    cl.enqueue_copy(queue, whole, words)  # a simulator knows by this what is initialised
    buffer = whole.get_sub_region(guard, values.nbytes) if guard else whole
    return Array(name, is_input, values, words, inner, whole, buffer)


def damage(queue: Any, array: Array) -> list[str]:
    """Look at the array's values, and say what was written that must not be."""
    import pyopencl as cl

    after = np.empty_like(array.words)
    cl.enqueue_copy(queue, after, array.whole)
    content = after[array.inner].view(np.uint8)[: array.values.nbytes]
    array.values = content.view(array.values.dtype).reshape(array.values.shape)
    changed = np.flatnonzero(after != array.words)
    inside = (changed >= array.inner.start) & (changed < array.inner.stop)
    faults = []
    if not inside.all():
        faults.append(f"{np.count_nonzero(~inside)} words beyond {array.name} are overwritten")
    if array.is_input and inside.any():
        faults.append(f"{np.count_nonzero(inside)} words of the input {array.name} are changed")
    return faults


def bits(values: np.ndarray) -> np.ndarray:
    """The array's bytes, so that NaN equals itself."""
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8)


def judge(
    name: str,
    got: np.ndarray,
    expected: np.ndarray,
    bound: np.ndarray,
    choices: Sequence[np.ndarray] = (),
) -> list[str]:
    """Every error must be at most its bound; `choices` are results that would do as well."""
    wide = got.dtype.itemsize == POISON.itemsize  # of others nothing shows it
    unwritten = wide and np.ascontiguousarray(got).view(np.uint32) == POISON
    number = got.astype(np.float64)
    error = np.min([distance(number, one, bound) for one in (expected, *choices)], axis=0)
    unwritten = np.broadcast_to(unwritten, got.shape)
    ok = (error <= bound) & ~unwritten | (bound < 0)
    wrong = np.flatnonzero(~ok)
    print(
        f"{name}: {wrong.size} of {ok.size} elements are wrong{'; the worst:' * bool(wrong.size)}"
    )
    for flat in wrong[np.argsort(-error.ravel()[wrong], kind="stable")][:WORST]:
        index = tuple(int(i) for i in np.unravel_index(flat, got.shape)) if got.ndim else ()
        says = "never written" if unwritten[index] else f"got {got[index]:.9g}"
        print(f"  {list(index)}: expected {expected[index]:.9g}, {says}, bound {bound[index]:.3g}")
    return [f"{np.count_nonzero(~ok)} of {ok.size} elements of {name}"] if not ok.all() else []


def distance(got: np.ndarray, value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """|got − value|: infinite between NaN, infinities and numbers, 0 for two of the same class."""
    with np.errstate(invalid="ignore"):
        same = (got == value) | (np.isnan(got) & np.isnan(value))
        overflow = np.isinf(got) & (np.sign(got) == np.sign(value))
        same |= overflow & (np.abs(value) + bound >= OVERFLOW)
        finite = np.isfinite(got) & np.isfinite(value)
        return np.where(same, 0.0, np.where(finite, np.abs(got - value), np.inf))
