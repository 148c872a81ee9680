"""Help pages: options in sections, and an example at the end of each."""

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., None]], Callable[..., None]]
TITLE = "clgold_section"


class Sectioned(click.Command):
    """click's command, which shows its options by the sections that `section` put them in."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each section with its options, those of none last."""
        found: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            record = None if isinstance(one, click.Argument) else one.get_help_record(ctx)
            if record is not None:
                found.setdefault(getattr(one, TITLE, "Options"), []).append(record)
        rest = {"Options": found.pop("Options", [])}
        for title, records in (found | rest).items():
            with formatter.section(title):
                formatter.write_dl(records)


def section(title: str, *decorators: Any) -> Decorator:
    """What adds these options to a command, under a title of their own."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        before = list(getattr(command, "__click_params__", ()))
        for one in reversed(decorators):
            command = one(command)
        for option in getattr(command, "__click_params__", ()):
            if option not in before:
                setattr(option, TITLE, title)
        return command

    return add
