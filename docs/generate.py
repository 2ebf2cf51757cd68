"""Writes the reference from the code: commands, errors, units, tables of the book and modules.

What is written here cannot differ from the program, since it is read from the program.
"""

from __future__ import annotations

import pkgutil
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

import qinglian
from qinglian.cli import House
from qinglian.core.text import entry, room_texts
from qinglian.present.documents import to_markdown
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table
from qinglian.present.options import HelpContext

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(folder: Path) -> None:
    """Write all generated pages anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = {"commands": commands(), "errors": errors(), "tables": tables(), "modules": modules()}
    pages["files"] = files()
    pages["disclosure"] = disclosure()
    for name, page in pages.items():
        (folder / f"{name}.md").write_text(page, encoding="utf-8")


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return to_markdown(Table("", tuple(map(Column, headings)), tuple(rows)))


def commands() -> str:
    """Every verb as its own help page prints it, and the exit codes."""
    house = House("qinglian")
    root = HelpContext(house, info_name="qinglian")
    names = house.list_commands(root)
    pages = [page for name in names for page in _help_pages(house.get_command(root, name), name, root)]
    codes = _table(("code", "name"), [(str(int(code)), code.name) for code in Exit])
    return "\n\n".join(["# Commands", "## Exit codes", codes, *pages])


def _help_pages(command: click.Command | None, name: str, parent: click.Context) -> Iterator[str]:
    assert command is not None, name
    ctx = HelpContext(command, info_name=name, parent=parent, max_content_width=100)
    yield f"## {ctx.command_path}\n\n```text\n{command.get_help(ctx)}\n```"
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            yield from _help_pages(command.get_command(ctx, below), below, ctx)


def rooms() -> list[str]:
    """Name the rooms that are built."""
    return [module.name for module in pkgutil.iter_modules(qinglian.__path__) if module.ispkg]


def errors() -> str:
    """Every error a user can meet, with its fix, in both languages."""
    parts = ["# Errors", "Each has a code, a message and a fix. `--json` prints all three."]
    for room in rooms():
        keys = [f"{room}.{name}" for name, text in sorted(room_texts(room).items()) if "fix_en" in text]
        if keys:
            parts += [f"## {room}", _table(("code", "message", "fix"), [_error(key) for key in keys])]
    return "\n\n".join(parts)


def _error(key: str) -> tuple[str, ...]:
    text = entry(key)
    return (key, f"{text['en']}\n{text['zh']}", f"{text['fix_en']}\n{text['fix_zh']}")


def tables() -> str:
    """Every table of the book's control plane."""
    from qinglian.ledger.schema import metadata

    parts = ["# Tables of the book", "The same on SQLite and PostgreSQL."]
    for table in metadata.sorted_tables:
        rows = [
            (c.name, str(c.type), "" if c.nullable else "required", c.comment or "") for c in table.columns
        ]
        parts += [f"## {table.name}", table.comment or "", _table(("column", "type", "", "meaning"), rows)]
    return "\n\n".join(part for part in parts if part)


def files() -> str:
    """Every table that a room's readers take, from the schema that they read by."""
    from qinglian.ingest.schema import load_schema
    from qinglian.ingest.schema_docs import schema_markdown

    parts = ["# Tables of files", "Headings in either language; units stand in headings and may be others."]
    for path in sorted(Path(qinglian.__file__).parent.glob("*/*schema.toml")):
        parts += [f"## {path.parent.name}/{path.name}", schema_markdown(load_schema(path), 3)]
    return "\n\n".join(parts)


def disclosure() -> str:
    """Every data point, and every code that a framework version gives it."""
    from qinglian.disclosure.frameworks import frameworks
    from qinglian.disclosure.points import data_points

    rows = [
        (point.code, f"{point.label_en}\n{point.label_zh}", point.unit, str(point.decimals), point.note_en)
        for point in data_points().values()
    ]
    headings = ("code", "data point", "unit", "decimals", "note")
    parts = ["# Data points and frameworks", "From the one table they are read by.", _table(headings, rows)]
    for one in frameworks():
        until = f"until {one.valid_to}" if one.valid_to else "open"
        parts += [
            f"## {one.title_en}: {one.version}",
            f"In use from {one.valid_from}, {until}. {one.citation}",
        ]
        bound = [(b.point, b.code, b.relation, b.source_class, b.citation) for b in one.bindings]
        parts.append(_table(("data point", "code", "relation", "read in", "source"), bound))
    return "\n\n".join(parts)


def modules() -> str:
    """Every public module by its docstrings."""
    parts = ["# Modules"]
    for room in rooms():
        package = import_module(f"qinglian.{room}")
        parts.append(f"## {room}\n\n{package.__doc__ or ''}")
        parts += [_module(*found) for found in _modules_of(f"qinglian.{room}", list(package.__path__))]
    return "\n\n".join(parts)


def _modules_of(package: str, path: list[str]) -> list[tuple[str, bool]]:
    """Names of the public modules below a package, and whether each is a package itself."""
    found = pkgutil.walk_packages(path, f"{package}.")
    return sorted((m.name, m.ispkg) for m in found if not m.name.rpartition(".")[2].startswith("_"))


def _module(name: str, is_package: bool) -> str:
    """Describe a module; what a package only passes on is described where it is defined."""
    about = "\n   :no-members:" if is_package else ""
    return f"### {name}\n\n```{{eval-rst}}\n.. automodule:: {name}{about}\n```"
