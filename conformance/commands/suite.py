"""`clgold suite`: the tests that judge kernels, on the devices and the kernels asked for."""

import sys

import click

# pytest reads all options, its own too: click would mistake -kconv for a -n.
SETTINGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=SETTINGS)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def suite(context: click.Context, options: tuple[str, ...]) -> None:
    """Try kernels over shapes that are drawn, with every probe, and over all fixtures.

    pytest runs underneath, on the suite alone, and takes its own OPTIONS too: -k, -x, -q,
    --junitxml FILE, …. Files are relative to the working folder.

    \b
    --kernels FILE       a Python file whose variants are judged in place of ours
    --layer NAME         only variants of this layer or chain; may be repeated
    --device NAME        an OpenCL driver, NAME[:INDEX]; may be repeated
    --effort NAME        quick, standard or thorough
    --slow               the large networks too
    -n N                 in N processes
    --expectations FILE  known failures, each with a reason; strict both ways
    --write-expectations FILE   propose them from this run
    --suite-json FILE    the report as JSON (docs/reports.md)

    \b
    Example: clgold suite --kernels mine.py --layer conv2d --junitxml junit.xml
    """
    if "-h" in options:
        click.echo(context.get_help())
        return
    from ..suite.invoke import run_suite  # the other commands need no pytest

    code = run_suite(options)
    if code:
        sys.exit(code)
