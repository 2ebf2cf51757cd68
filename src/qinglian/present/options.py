"""The options every command understands, before or after its name, and help pages in the reader's language.

A help text may be a text key (``ledger.option_reason``): it is looked up when the page is written, so one
command speaks both languages.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from qinglian.core.text import LANGUAGES, text, use_language
from qinglian.present.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.core.text import Language

BOOK_VARIABLE = "QINGLIAN_BOOK"

_KEY = re.compile(r"[a-z]+\.[a-z0-9_]+(?=$|  \[)")
_HEADINGS = {"Options": "present.options", "Commands": "present.commands", "Arguments": "present.arguments"}


def system_language(environment: Mapping[str, str]) -> Language:
    """Choose zh or en as POSIX does: the first of LC_ALL, LC_MESSAGES and LANG that says anything decides."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


class Formatter(click.HelpFormatter):
    """A help page in the language in force: click's headings are translated, text keys are looked up."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or text("present.usage_prefix"))

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(text(_HEADINGS[heading]) if heading in _HEADINGS else heading)

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(_looked_up(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of names and what they mean."""
        super().write_dl([(name, _looked_up(meaning)) for name, meaning in rows], col_max, col_spacing)


def _looked_up(sentence: str) -> str:
    return _KEY.sub(lambda key: text(key.group()), sentence, count=1) if _KEY.match(sentence) else sentence


class HelpContext(click.Context):
    """A click context that writes its help with `Formatter`."""

    formatter_class = Formatter


class GlobalOption(click.Option):
    """An option every command has; its value goes into the `Console`, not into the command's arguments."""


def with_global_options(command: click.Command, *, root: bool = False) -> click.Command:
    """Give a command and all commands below it the global options; doing it again changes nothing.

    Parameters
    ----------
    command
        Any click command; an option of its own wins over a global one of the same name.
    root
        Whether this is ``qinglian`` itself, where the environment variable is read.
    """
    if not any(isinstance(parameter, GlobalOption) for parameter in command.params):
        taken = {name for parameter in command.params for name in parameter.opts}
        command.params += [option for option in _options(root=root) if taken.isdisjoint(option.opts)]
        command.context_class = HelpContext
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_global_options(below)
    return command


def _options(*, root: bool) -> list[GlobalOption]:
    variable = BOOK_VARIABLE if root else None
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        _option("--book", _choose_book, type=folder, metavar="DIR", envvar=variable, show_envvar=root),
        _option("--json", _choose_json, is_flag=True),
        _option("--lang", _choose_language, type=click.Choice(LANGUAGES), is_eager=True),
        _option("--help", _show_help, is_flag=True, is_eager=True),
    ]


def _option(name: str, callback: object, **settings: object) -> GlobalOption:
    key = f"present.option_{name.strip('-')}"
    return GlobalOption([name], callback=callback, expose_value=False, help=key, **settings)  # type: ignore[arg-type]


def _console(ctx: click.Context) -> Console:
    return ctx.ensure_object(Console)


def _choose_book(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        _console(ctx).book = folder


def _choose_json(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        _console(ctx).as_json = True


def _choose_language(_: click.Context, __: click.Parameter, name: str | None) -> None:
    if name is not None:
        use_language(cast("Language", name))


def _show_help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()
