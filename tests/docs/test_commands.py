"""Every command the documentation names exists, with the options it is shown with."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click
import pytest

from qinglian.cli import House
from qinglian.present.options import HelpContext
from tests.docs.reading import PAGES, ROOT, TEXTS, named, typed

NOT_OURS = {"inventroy", "water"}
"""A slip that a page shows on purpose, and the verb of an imagined room."""
GLOBAL = {"--book", "--json", "--lang"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def find(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """Walk down to the command that the words name; return it with the words that are left."""
    command: click.Command = House("qinglian")
    context: click.Context = HelpContext(command, info_name="qinglian")
    rest = list(words)
    while isinstance(command, click.Group):
        while rest and rest[0].split("=")[0] in {*GLOBAL, "--help", "--version"}:
            rest = rest[1 if "=" in rest[0] or rest[0] not in {"--book", "--lang"} else 2 :]
        if not rest or rest[0] in {"…", "..."}:
            break
        below = command.get_command(context, rest[0])
        if below is None:
            break
        context = HelpContext(below, info_name=rest[0], parent=context)
        command, rest = below, rest[1:]
    return command, context, rest


def options(command: click.Command, context: click.Context) -> set[str]:
    return {
        name
        for parameter in command.get_params(context)
        for name in (*parameter.opts, *parameter.secondary_opts)
    } | GLOBAL


def unknown(words: list[str], *, whole: bool) -> list[str]:
    """Return what is wrong with a command; ``whole`` also wants its arguments and its choices."""
    command, context, rest = find(words)
    if set(rest) & NOT_OURS:
        return []
    if isinstance(command, click.Group) and rest and rest[0] not in {"…", "..."}:
        return [f"no command {rest[0]!r}"]
    known = options(command, context)
    wrong = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
    return wrong or (list(_misfits(command, context, rest)) if whole else [])


def _misfits(command: click.Command, context: click.Context, rest: list[str]) -> Iterable[str]:
    values, surplus, _ = command.make_parser(context).parse_args(list(rest))
    if surplus and not isinstance(command, click.Group):
        yield f"too much: {surplus}"
    for parameter in command.get_params(context):
        value = values.get(str(parameter.name))
        given = isinstance(value, str | list | tuple) and value
        if parameter.required and not given and "--help" not in rest:
            yield f"missing: {parameter.name}"
        if isinstance(parameter.type, click.Choice) and isinstance(value, str):
            parameter.type.convert(value, parameter, context)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_to_type_parse(page):
    assert {" ".join(words): wrong for words in typed(page) if (wrong := unknown(words, whole=True))} == {}


@pytest.mark.parametrize("path", [*PAGES, *TEXTS], ids=name_of)
def test_commands_in_prose_and_messages_exist(path):
    assert {" ".join(words): wrong for words in named(path) if (wrong := unknown(words, whole=False))} == {}


def test_the_check_would_notice():
    assert unknown(["calculate", "--periode", "2022"], whole=False) == ["--periode"]
    assert unknown(["version", "destroy", "1"], whole=False) == ["no command 'destroy'"]
    assert unknown(["calculate"], whole=True) == ["missing: period"]
    assert unknown(["version", "approve"], whole=True) == ["missing: number"]
    with pytest.raises(click.BadParameter):
        unknown(["inventory", "--gwp", "AR7"], whole=True)


def test_every_verb_is_shown_in_the_documentation():
    from qinglian.cli import VERBS

    shown = {words[0] for page in PAGES for words in [*typed(page), *named(page)] if words}
    shown |= {word for page in PAGES for words in typed(page) for word in words[:4]}
    assert set(VERBS) <= shown


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []
