"""Every room that the entry points announce has the same furniture, whoever built it."""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import click
import pytest

from qinglian.cli import DIMENSIONS, House, run
from qinglian.core.dimension import Dimension
from qinglian.core.entry_points import EntryPoint, entry_points
from qinglian.core.period import parse_period
from qinglian.core.text import entry, room_texts
from qinglian.ingest.schema import load_schema
from qinglian.ingest.schema_template import write_template
from qinglian.ingest.table_reading import read_tables
from qinglian.ingest.typed_cells import Frame
from qinglian.ledger.book import create_book
from qinglian.present.exits import Exit
from qinglian.present.figures import Table, Tree, as_table
from qinglian.present.options import HelpContext

ROOMS = entry_points(DIMENSIONS)
MODULES = ("model", "readers", "account", "verify", "report", "commands")
VERBS = {"template", "check", "import", "report", "verify"}
PLANNING = {"production": {"template", "check", "plan", "verify", "savings", "measure", "report"}}
"""Production posts what was planned and saved, not the files of a week: it has no verb import."""

FRAME = Frame("Asia/Shanghai", datetime(2026, 11, 29, 16, tzinfo=UTC))
"""What local times of a plan are read against."""

every_room = pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)


def home(room: EntryPoint) -> Path:
    return Path(import_module(room.target.partition(":")[0]).__file__).parent


def schemas() -> list[Path]:
    return [path for room in ROOMS for path in sorted(home(room).glob("*schema.toml"))]


every_schema = pytest.mark.parametrize("path", schemas(), ids=lambda path: f"{path.parent.name}/{path.name}")


def verbs(room: EntryPoint) -> dict[str, click.Command]:
    context = HelpContext(House("qinglian"))
    group = House("qinglian").get_command(context, room.name)
    assert isinstance(group, click.Group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def test_rooms_are_found():
    assert {room.name for room in ROOMS} >= {"production", "packaging", "logistics"}


@every_room
def test_a_room_announces_itself_and_nothing_else(room):
    package = import_module(room.target.partition(":")[0])
    dimension = room.load()
    assert isinstance(dimension, Dimension)
    assert dimension.name == room.name
    assert package.__all__ == ["DIMENSION"]
    assert package.__doc__
    assert dimension.report, "the hall has nothing to show of it"


@every_room
@pytest.mark.parametrize("name", MODULES)
def test_modules_have_the_same_names(room, name):
    module = import_module(f"{room.target.partition(':')[0]}.{name}")
    assert module.__doc__


@every_room
def test_a_help_page_loads_no_room(room):
    """What stands beside the announcement is light: nothing but the standard library and core."""
    source = (home(room) / "__init__.py").read_text(encoding="utf-8")
    imported = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {getattr(node, "module", None) for node in imported} <= {"__future__", "qinglian.core.dimension"}


@every_room
def test_verify_knows_no_reader_of_the_book(room):
    """Whoever recomputes a claim looks at the model alone, not at what was posted of it."""
    path = home(room) / "verify.py"
    files = [path] if path.is_file() else sorted((home(room) / "verify").rglob("*.py"))
    assert files
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [
            node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qinglian.ledger")
        ], file


@every_room
def test_verbs_have_the_same_names_and_speak_both_languages(room):
    found = verbs(room)
    assert set(found) >= PLANNING.get(room.name, VERBS)
    for name, command in found.items():
        key = (command.help or "").partition("  ")[0]
        assert {"en", "zh"} <= set(entry(key)), (room.name, name)


@every_room
def test_every_error_has_a_fix_in_both_languages(room):
    for name, found in room_texts(room.name).items():
        assert {"en", "zh"} <= set(found), name
        assert ("fix_en" in found) == ("fix_zh" in found), name


@every_schema
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["", ".xlsx"])
def test_a_template_is_read_as_it_was_written(path, lang, suffix, tmp_path):
    schema = load_schema(path)
    target = tmp_path / f"mine{suffix}"
    write_template(schema, target, lang)
    tables = read_tables(target, schema, FRAME)
    assert {name: len(rows) for name, rows in tables.rows.items()} == dict.fromkeys(schema.sheets, 1)


@every_schema
def test_the_languages_of_a_template_say_the_same(path, tmp_path):
    schema = load_schema(path)
    read = {}
    for lang in ("en", "zh"):
        write_template(schema, tmp_path / lang, lang)
        tables = read_tables(tmp_path / lang, schema, FRAME)
        read[lang] = {name: [dict(row) for row in rows] for name, rows in tables.rows.items()}
    assert read["en"] == read["zh"]


@every_room
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_template_is_written_and_answered_in_json(room, lang, tmp_path, capsys):
    assert run(["--json", "--lang", lang, room.name, "template", str(tmp_path / "mine")]) == Exit.OK
    answer = json.loads(capsys.readouterr().out)
    assert all(Path(file).is_file() for file in answer["files"])
    if "check" in verbs(room):
        assert run(["--json", room.name, "check", str(tmp_path / "mine")]) == Exit.OK
        assert isinstance(json.loads(capsys.readouterr().out), dict)


@every_room
@pytest.mark.parametrize("verb", ["check", "verify", "import", "report"])
def test_a_folder_or_book_that_is_not_there_is_refused_with_its_fix(room, verb, tmp_path, capsys):
    command = verbs(room).get(verb)
    if command is None:
        pytest.skip(f"{room.name} has no verb {verb}")
    words = ["--json", "--book", str(tmp_path / "book"), room.name, verb]
    places = sum(isinstance(parameter, click.Argument) for parameter in command.params)
    words += [str(tmp_path / "nothing")] * min(places, 1)
    words += ["--period", "2025"] * any(parameter.name == "period" for parameter in command.params)
    assert run(words) == Exit.REFUSED
    problems = json.loads(capsys.readouterr().err)["problems"]
    assert problems
    assert all(problem["fix"] for problem in problems)


@every_room
def test_a_book_without_its_facts_is_shown_as_such(room, tmp_path):
    """Figures of an empty book: there, readable as tables, and without a number."""
    figures = room.load().figures(create_book(tmp_path / "book", organisation="New"), parse_period("2025"))
    assert figures
    for figure in figures:
        assert not isinstance(figure, Tree)
        table = figure if isinstance(figure, Table) else as_table(figure)
        assert all(not cell or isinstance(cell, str) for row in table.rows for cell in row)
