"""The command line.

Exit codes: 0 passed, 1 a mismatch, 2 bad usage or input, 3 no device, 4 a fault of clgold's own.
A command's module is loaded when the command is asked for: `clgold --help` needs none of them.
"""

import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module

import click

from .supervise import brings_code, supervised

MISMATCH, BAD_INPUT, NO_DEVICE, OUR_FAULT, INTERRUPTED = 1, 2, 3, 4, 130
MOST = 2000  # letters of a message that somebody reads
BEGAN = "clgold.began"  # in click's context: when the command did

# Command: where it is, and the first sentence of its help (which a test compares).
COMMANDS: dict[str, tuple[str, str]] = {
    "bench": (
        "bench:bench",
        "Time NETWORK's kernels beside others, or every variant of LAYER; share of the peak.",
    ),
    "bisect": (
        "bisect:bisect_command",
        "Find the kernels of NETWORK, or the variants of LAYER, that are at fault, and say why.",
    ),
    "campaign": (
        "campaign:campaign",
        "Plan and run long lists of cases: resumable, with a ledger, on one machine or many.",
    ),
    "devices": ("drivers:devices", "What OpenCL is here, what works, what does not and why."),
    "diff": ("diff:diff", "What two reports differ in: fixed, broken, changed, new, missing."),
    "export": ("export:export", "Write NETWORK with its weights to FILE, a new model.onnx."),
    "golden": (
        "golden:golden",
        "The golden fixtures: outputs that have the same bits on every machine.",
    ),
    "plan": (
        "numbers:plan",
        "Kernels, host arrays, device buffers and element counts of NETWORK.",
    ),
    "report": (
        "pages:report_command",
        "Make pages of the JSON that verify, bisect, suite and golden have written.",
    ),
    "suite": (
        "suite:suite",
        "Try kernels over shapes that are drawn, with every probe, and over all fixtures.",
    ),
    "summary": ("numbers:summary", "Shapes, activations, parameters and multiply-adds of NETWORK."),
    "verify": (
        "verify:verify",
        "Compare a network's kernels, or every variant of a layer, with the reference.",
    ),
}


class Commands(click.Group):
    """click's group, which loads a command at its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, as `--help` shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module loaded; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        found: click.Command = getattr(import_module(f"..{module}", __name__), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each command is for."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clgold")
@click.pass_context
def app(context: click.Context) -> None:
    """Assay OpenCL neural-network kernels against a golden NumPy model."""
    import numpy as np

    np.seterr(all="ignore")
    context.meta[BEGAN] = datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every expected failure is one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it is closed, a test's own otherwise
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = apart(given) if arguments is None and brings_code(given) else run(given)
    except KeyboardInterrupt:  # before the command began, or after its end
        code = interrupted()
    except Exception as error:  # a library that an interrupt has left half imported, say
        click.echo(f"clgold: a fault of clgold's own, {type(error).__name__}: {error}", err=True)
        code = OUR_FAULT
    if code:
        sys.exit(code)


def apart(arguments: list[str]) -> int:
    """The exit code of a command that a stranger's Python may end."""
    code, how = supervised(lambda: run(arguments))
    if code is None:
        say(f"a file of kernels has ended the command, which {how} and without a verdict")
        return BAD_INPUT
    return code


def run(arguments: list[str]) -> int:
    """The exit code, all output written."""
    try:
        code = complete(arguments)
        sys.stdout and sys.stdout.flush()
        return code
    except BrokenPipeError:
        leave_standard_output()
        return MISMATCH
    except OSError as error:  # a full disk, a terminal that is gone
        leave_standard_output()
        say(f"{error.filename or 'standard output'}: {error.strerror or error}")
        return BAD_INPUT


def complete(arguments: list[str]) -> int:
    """Run the command; what it raises as an exit code, and as a sentence."""
    try:
        app.main(arguments, prog_name="clgold", standalone_mode=False, obj=tuple(arguments))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError) as stop:
        return stop.exit_code
    except click.ClickException as error:
        say(error.format_message())
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return interrupted()
    except OSError:
        raise
    except Exception as error:
        code = blame(error)
        say(str(error) if code != OUR_FAULT else f"a fault of clgold's own, {kept(error)}")
        return code
    return 0


def interrupted() -> int:
    """Says so without another import: an interrupt may have come in the midst of one."""
    click.echo("clgold: interrupted", err=True)
    return INTERRUPTED


def kept(error: Exception) -> str:
    """The error in a few words, and the file that has its traceback."""
    lines = traceback.format_exception(error)
    with tempfile.NamedTemporaryFile(
        "w", prefix="clgold-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.writelines(lines)
    return f"{type(error).__name__}: {str(error)[:200]}; the traceback is in {file.name}"


def leave_standard_output() -> None:
    """What is still to be written there has nowhere to go: Python would complain at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def blame(error: Exception) -> int:
    """The exit code: whose fault an error is. Whatever is not known is no verdict on a kernel."""
    from clgold.device.loader import DriverError
    from clgold.device.probe import NoDevice, UnknownDevice
    from clgold.device.variants import VariantError
    from clgold.networks.onnx import ModelError
    from clgold.reference import SpecError
    from clgold.reference.spec import InputError

    from ..run.choose import NoVariant

    if isinstance(error, (InputError, ModelError, SpecError, VariantError, NoVariant)):
        return BAD_INPUT
    if isinstance(error, UnknownDevice):
        return BAD_INPUT
    return NO_DEVICE if isinstance(error, (NoDevice, DriverError)) else OUR_FAULT


def say(message: str) -> None:
    """The message as one line on standard error."""
    from clgold.golden.distrust import printable

    click.echo("clgold: " + printable(" ".join(message.split()), most=MOST), err=True)
