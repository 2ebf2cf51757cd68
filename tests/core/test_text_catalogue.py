"""Every text of every room: both languages, the same values, a fix for each error, no code without a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import qinglian
from qinglian.core.text import room_texts

SOURCE = Path(qinglian.__file__).parent
ROOMS = sorted(
    {path.parent.name for path in SOURCE.glob("*/texts")}
    | {p.parent.name for p in SOURCE.glob("*/text.toml")}
)
KEYS = [f"{room}.{name}" for room in ROOMS for name in sorted(room_texts(room))]
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
MODULES = sorted(SOURCE.rglob("*.py"))


def languages(key: str) -> dict[str, str]:
    room, _, name = key.partition(".")
    return dict(room_texts(room).get(name, {}))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def calls(module: Path, *functions: str) -> Iterator[tuple[str, ast.Call]]:
    """Find calls of these functions whose first argument is a literal key."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in functions
            and node.args
        ):
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, node


def given_names(call: ast.Call) -> set[str] | None:
    """Return the values a call passes on; None if that cannot be told from the source."""
    names: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        names.add(keyword.arg)
    if isinstance(call.func, ast.Name) and call.func.id == "Problem":
        params = [k.value for k in call.keywords if k.arg == "params"] + call.args[2:3]
        if not params:
            return set()
        keys = params[0].keys if isinstance(params[0], ast.Dict) else [None]
        literal = [key.value for key in keys if isinstance(key, ast.Constant)]
        return {str(key) for key in literal} if len(literal) == len(keys) else None
    return names - {"where"}


def test_rooms_were_found():
    assert "core" in ROOMS
    assert len(MODULES) > 10


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_the_same(key):
    entry = languages(key)
    assert entry.keys() in ({"en", "zh"}, {"en", "zh", "fix_en", "fix_zh"})
    assert all(isinstance(sentence, str) and sentence for sentence in entry.values())
    assert placeholders(entry["en"]) == placeholders(entry["zh"])
    assert placeholders(entry.get("fix_en", "")) == placeholders(entry.get("fix_zh", ""))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_error_has_message_fix_and_values(module):
    for key, call in calls(module, "QinglianError", "Problem"):
        entry = languages(key)
        at = f"{module.relative_to(SOURCE)}:{call.lineno} {key}"
        assert {"en", "zh", "fix_en", "fix_zh"} <= entry.keys(), f"{at} lacks a text or a fix"
        needed = placeholders(entry["en"]) | placeholders(entry["fix_en"])
        passed = given_names(call)
        assert passed is None or needed <= passed, f"{at} does not pass {needed - passed}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_text_that_is_asked_for_exists(module):
    for key, call in calls(module, "text"):
        if not KEY.fullmatch(key):
            continue  # SQLAlchemy's text()
        assert languages(key), f"{module.relative_to(SOURCE)}:{call.lineno} asks for {key}"
