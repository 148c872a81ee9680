"""The surfaces: for each, what is handed over, changed by a seed, and who reads it.

A surface is a function of a generator and an empty folder. What its reader must do with a
stranger's input is to take it, or to raise REFUSALS.
"""

import io
import json
import random
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit

from clgold.conformance.campaign.ledger import FILE, open_ledger
from clgold.conformance.campaign.plan import read_list
from clgold.conformance.reports import schema
from clgold.conformance.reports.header import header
from clgold.conformance.reports.markdown import markdown
from clgold.conformance.reports.page import page
from clgold.conformance.reports.read import load
from clgold.conformance.suite import expectations
from clgold.device.catalogue import VARIANTS
from clgold.device.variants import VariantError
from clgold.diagnosis.bisect.trace import read_trace
from clgold.golden import store
from clgold.golden.cases import Case, parse_case
from clgold.golden.own_data import read_arrays
from clgold.golden.photographs import load_image, photographs
from clgold.golden.probes import PROBES
from clgold.golden.tiers import judged_cases
from clgold.golden.weights import load_weights, seeded_weights
from clgold.networks import LENET5, shapes
from clgold.networks.onnx import ModelError, network_model
from clgold.networks.onnx.read import read_model
from clgold.reference import LAYERS, SpecError
from clgold.reference.question import resolve
from clgold.reference.spec import InputError

from .mutate import bytes_changed, text_changed, tree_changed

Random = random.Random
REFUSALS = (InputError, SpecError, ModelError, VariantError)
SMALL = 2**16  # elements of a case whose operands are made
WORDS = (
    *(f"probe={probe}" for probe in PROBES),
    *("input=1,2,3", "weight=", "stride=2,-1", "padding=0,1,2,3", "seed=-1", "data=.", "dim=9"),
    *("kernel_size=0", "groups=0", "eps=nan", "size=1,1,1,1", "conv2d", "relu+relu", "softmax"),
)


@cache
def case_lines() -> tuple[str, ...]:
    """A few lines of each layer."""
    return tuple(str(one) for layer in LAYERS for one in judged_cases(layer.name)[::17])


def meaning(case: Case) -> Any:
    """What a line leaves out where it is the default, too."""
    return case.shapes, case.seed, case.data, resolve(case.chain, case.shapes, case.attributes)


def case_line(rng: Random, _folder: Path) -> None:
    case = parse_case(text_changed(rng, rng.choice(case_lines()), WORDS))
    again = parse_case(str(case))
    assert (str(again), meaning(again)) == (str(case), meaning(case))
    if sum(prod(shape) for shape in case.shapes if shape is not None) <= SMALL:
        assert case.question.shapes == case.shapes


EXPECTED = """# known
[[expected]]
layer = "relu"
variant = "naive"
driver = "pocl"
probe = "*"
verdict = "wrong"
reason = "because"

[[expected]]
layer = "conv2d"
variant = "naive"
driver = "rusticl"
probe = "exact"
verdict = "crash"
reason = '''long
one'''
"""


def toml(rng: Random, text: str) -> bytes:
    """TOML, changed as text, as bytes, or as what it says."""
    kind = rng.randrange(3)
    if kind == 0:
        return text_changed(rng, text).encode(errors="surrogatepass")
    if kind == 1:
        return bytes_changed(rng, text.encode())
    try:
        return tomlkit.dumps(tree_changed(rng, tomllib.loads(text))).encode()
    except (TypeError, AttributeError, ValueError):  # null, and what else TOML cannot say
        return text.encode()


def expected_failures(rng: Random, folder: Path) -> None:
    path = folder / "known.toml"
    path.write_bytes(toml(rng, EXPECTED))
    for read in (lambda: expectations.read(path, VARIANTS), lambda: expectations.parts(path)):
        try:
            read()
        except ValueError as reason:  # which the plug-in makes a sentence of
            if not str(reason).startswith("expectations "):
                raise


def packed(rng: Random, arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz, of entries that are changed, packed in other ways, or changed as a whole."""
    kind, file = rng.randrange(4), io.BytesIO()
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(file, "w", methods[rng.randrange(4)] if kind else zipfile.ZIP_STORED) as z:
        for name, array in arrays.items():
            content = npy(array)
            if kind == 1 and rng.random() < 0.5:
                content = npy_changed(rng, content)
            z.writestr(f"{name}.npy", content)
    content = file.getvalue()
    return bytes_changed(rng, content) if kind in (0, 3) else content


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npy_changed(rng: Random, content: bytes) -> bytes:
    """A .npy whose header says something else."""
    head, data = content[10:128].decode("latin-1"), content[128:]
    text = text_changed(rng, head.rstrip(), ("'descr':", "(2**40,)", "'|O'", "'<f8'", "(", "-1"))
    told = text.encode("latin-1", errors="replace")[:65000]
    version = rng.choice((b"\x01\x00", b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x09"))
    size = len(told).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + size + told + data


@cache
def weights() -> dict[str, np.ndarray]:
    return dict(seeded_weights(LENET5, 0))


def archive(rng: Random, folder: Path) -> None:
    some = dict(rng.sample(sorted(weights().items()), 3))
    (folder / "w.npz").write_bytes(packed(rng, some))
    path = folder / "w.npz"
    for read in (lambda: load_weights(path, LENET5), lambda: read_arrays(path)):
        try:
            read()
        except REFUSALS:
            continue


def safetensors(rng: Random, folder: Path) -> None:
    from safetensors.numpy import save

    every = sorted(weights().items())
    content = save(dict(every if rng.random() < 0.5 else rng.sample(every, 3)))
    length = int.from_bytes(content[:8], "little")
    if rng.random() < 0.5:
        told = tree_changed(rng, json.loads(content[8 : 8 + length]))
        text = json.dumps(told).encode()
        content = len(text).to_bytes(8, "little") + text + content[8 + length :]
    else:
        content = bytes_changed(rng, content)
    (folder / "w.safetensors").write_bytes(content)
    load_weights(folder / "w.safetensors", LENET5)


DUMP = """image = "cat.png"
dtype = "float32"
order = "NCHW"
"""


def dump(rng: Random, folder: Path) -> None:
    """A folder of buffers as another program leaves it, with a dump.toml or without."""
    known, harm = shapes(LENET5), rng.random() < 0.7
    for name in rng.sample([node.name for node in LENET5.nodes], 3):
        array = np.zeros(known[name], np.float32)
        if harm and rng.random() < 0.5:
            array = rng.choice(list(weights().values()))
        content = npy_changed(rng, npy(array)) if harm and rng.random() < 0.5 else npy(array)
        suffix = rng.choice((".npy", ".npy", ".bin", ".npz")) if harm else ".npy"
        if suffix == ".npz":
            content = packed(rng, {name: array})
        (folder / (name + suffix)).write_bytes(bytes_changed(rng, content) if harm else content)
    if rng.random() < 0.5:
        (folder / "dump.toml").write_bytes(toml(rng, DUMP))
    read_trace(folder, LENET5)


@cache
def pictures() -> dict[str, bytes]:
    """A small picture in every format that Pillow writes."""
    from PIL import Image

    with Image.open(photographs()[0]) as photograph:
        small = photograph.convert("RGB").resize((24, 20))
    found = {}
    Image.init()
    for form in sorted(Image.SAVE):
        for mode in ("RGB", "L", "1", "P", "CMYK", "F"):
            file = io.BytesIO()
            try:
                small.convert(mode).save(file, form)
            except Exception:  # a format that has no such mode, or is written by a library not here
                continue
            found[f"{form}-{mode}"] = file.getvalue()
    return found


def image(rng: Random, folder: Path) -> None:
    content = rng.choice(list(pictures().values()))
    (folder / "image").write_bytes(bytes_changed(rng, content))
    load_image(folder / "image", (1, 1, 32, 32))


@cache
def model_bytes() -> bytes:
    content: bytes = network_model(LENET5, weights()).SerializeToString()
    return content


def onnx_model(rng: Random, folder: Path) -> None:
    """A model with a field of another value, or with other bytes."""
    import onnx

    if rng.random() < 0.5:
        content = bytes_changed(rng, model_bytes())
    else:
        whole = onnx.load_model_from_string(model_bytes())
        message_changed(rng, whole)
        content = whole.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    read_model(folder / "model.onnx")


def message_changed(rng: Random, message: Any) -> None:
    """Some field somewhere in a protobuf message is set to another value of its kind."""
    fields = message.ListFields()
    if not fields:
        return
    field, value = rng.choice(fields)
    many = hasattr(value, "append") or hasattr(value, "add")
    if field.type == field.TYPE_MESSAGE:
        message_changed(rng, rng.choice(list(value)) if many else value)
    elif many:
        value[rng.randrange(len(value))] = other(rng, field, value[0])
    elif rng.random() < 0.2:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, other(rng, field, value))


def other(rng: Random, field: Any, value: Any) -> Any:
    """Another value of a field's kind."""
    if isinstance(value, bytes):
        return bytes_changed(rng, value)
    if isinstance(value, str):
        return text_changed(rng, value).encode(errors="replace").decode()
    if isinstance(value, float):
        return rng.choice((0.0, -1.0, 1e30, float("nan"), float("inf")))
    if field.enum_type is not None:
        return rng.choice([one.number for one in field.enum_type.values])
    return rng.choice((-1, 0, 1, 2, 7, 65537, 2**31 - 1))


@cache
def manifest() -> str:
    """The beginning of the manifest that is shipped, without the archives that it names."""
    text = (store.FOLDER / store.MANIFEST).read_text(encoding="utf-8")
    return text[: text.index("\n", 6000) + 1]


def stored_fixtures(rng: Random, folder: Path) -> None:
    kind = rng.randrange(2)
    text = manifest()
    changed = text_changed(rng, text).encode(errors="surrogatepass")
    (folder / store.MANIFEST).write_bytes(changed if kind else bytes_changed(rng, text.encode()))
    archives = sorted((store.FOLDER / store.ARCHIVES).glob("*.npz"), key=lambda p: p.stat().st_size)
    (folder / store.ARCHIVES).mkdir()
    for path in rng.sample(archives[:20], 2):
        (folder / store.ARCHIVES / path.name).write_bytes(bytes_changed(rng, path.read_bytes()))
    store.read(folder)


@cache
def report_tree() -> Any:
    """A report of the suite's with everything in it."""
    from datetime import UTC, datetime

    device = dict.fromkeys(schema.Device.__struct_fields__, "x")
    assay = {
        **dict.fromkeys(("layer", "variant", "driver", "probe", "replay", "expected"), "relu"),
        **{"cases": 1, "vacuous": 0, "unsupported": {"why": 1}, "budget_used": 0.5},
        **{"precision": None, "failure": "wrong: 1 of 2", "says": ["cause: c"], "seconds": 1.0},
        "picture": "data:image/png;base64,AAAA",
    }
    whole = {"kind": "suite", "verdict": "fail", "devices": [device], "assays": [assay, assay]}
    return {**whole, "failed_tests": [], **header(["suite"], datetime.now(UTC))}


def report(rng: Random, folder: Path) -> None:
    path = folder / "report.json"
    if rng.random() < 0.3:
        path.write_bytes(bytes_changed(rng, json.dumps(report_tree()).encode()))
    else:
        path.write_text(json.dumps(tree_changed(rng, report_tree())), encoding="utf-8")
    found = [load(path)]
    shown = page(found) + markdown(found)
    assert "<script" not in shown
    assert "\x1b" not in shown


def campaign(rng: Random, folder: Path) -> None:
    """A list and a ledger."""
    entry = {
        **{
            "kind": "case",
            "round": 0,
            "driver": "pocl",
            "variant": "naive",
            "case": "relu input=1",
        },
        **{"verdict": "pass", "message": "", "budget_used": 0.0, "precision": None, "seconds": 0.1},
        **{"case": "relu input=1", "lost": 0},
    }
    told = {"kind": "run", **{k: v for k, v in report_tree().items() if k in RUN}}
    lines = [json.dumps(tree_changed(rng, one)) for one in (told, entry, entry)]
    content = "".join(f"{one}\n" for one in lines).encode()
    (folder / FILE).write_bytes(bytes_changed(rng, content) if rng.random() < 0.5 else content)
    (folder / "in-hand.json").write_text(json.dumps(tree_changed(rng, [0, "a", "b", "c", 1])))
    text = text_changed(rng, "pocl\tnaive\trelu input=1\n# x\n")
    (folder / "list").write_bytes(text.encode(errors="surrogatepass"))
    for read in (lambda: read_list(folder / "list", VARIANTS), lambda: load(folder)):
        try:
            read()
        except REFUSALS:
            continue
    open_ledger(folder).close()


RUN = ("schema", "clgold", "command", "began", "seconds", "seed", "effort", "host")
Surface = Callable[[Random, Path], None]
SURFACES: dict[str, Surface] = {
    "case lines": case_line,
    "expectations": expected_failures,
    "archives": archive,
    "safetensors": safetensors,
    "dumps": dump,
    "images": image,
    "ONNX models": onnx_model,
    "fixtures": stored_fixtures,
    "reports": report,
    "campaigns": campaign,
}


def emptied(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
