"""The zh/en text catalogue: each room keeps its sentences in TOML, read on first use.

A key is ``room.name``. A room is a subpackage of ``qinglian``, or a package of another distribution that is
announced as a dimension of that name. Its texts stand in ``<room>/text.toml`` and ``<room>/texts/*.toml``:
tables with ``en`` and ``zh`` and, for errors, ``fix_en`` and ``fix_zh``.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_language: ContextVar[Language] = ContextVar("qinglian_language", default="en")


def language() -> Language:
    """Return the language in force here: ``zh`` or ``en`` (the default)."""
    return _language.get()


def use_language(name: str) -> None:
    """Choose the language for this thread or task.

    Raises
    ------
    ValueError
        If `name` is neither ``zh`` nor ``en``.
    """
    for known in LANGUAGES:
        if name == known:
            _language.set(known)
            return
    raise ValueError(f"language {name!r} is none of {LANGUAGES}")


def text(key: str, **params: object) -> str:
    """Return the sentence for `key` in the language in force, its ``{placeholders}`` filled in.

    Raises
    ------
    KeyError
        If no room states `key`, or if a placeholder has no value.
    """
    return fill(entry(key)[language()], params)


def fill(template: str, params: Mapping[str, object]) -> str:
    """Put values into a sentence; sequences and sets are listed, or said to be none.

    Raises
    ------
    KeyError
        If a placeholder of `template` has no value in `params`.
    """
    return template.format_map({name: _shown(value) for name, value in params.items()})


def _shown(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return text("core.comma").join(str(item) for item in items) or text("core.none")
    return value


def entry(key: str) -> Mapping[str, str]:
    """Return all languages of one key: ``en``, ``zh`` and, for errors, ``fix_en`` and ``fix_zh``.

    Raises
    ------
    KeyError
        If no room states `key`.
    """
    room, _, name = key.partition(".")
    try:
        return room_texts(room)[name]
    except KeyError:
        raise KeyError(f"no text for {key!r}") from None


@cache
def room_texts(room: str) -> Mapping[str, Mapping[str, str]]:
    """Return every text of one room, merged over its TOML files.

    Raises
    ------
    ValueError
        If two files state the same name.
    """
    import tomllib  # here, as the parser costs more to import than the rest of core

    merged: dict[str, Mapping[str, str]] = {}
    for source in _sources(room):
        for name, languages in tomllib.loads(source.read_text(encoding="utf-8")).items():
            if name in merged:
                raise ValueError(f"{source.name} states {room}.{name} a second time")
            merged[name] = languages
    return merged


def _sources(room: str) -> Iterator[Path]:
    # Plain paths: importlib.resources would double the time of a help page.
    for home in map(Path, getattr(_room(room), "__path__", ())):
        own = home / "text.toml"
        if own.is_file():
            yield own
        yield from sorted((home / "texts").glob("*.toml"))


def _room(name: str) -> ModuleType:
    try:
        return import_module(f"qinglian.{name}")
    except ModuleNotFoundError as error:
        if not (error.name and f"qinglian.{name}".startswith(error.name)):
            raise
    return _announced(name)


def _announced(name: str) -> ModuleType:
    """Return the package of a dimension that stands in a distribution of its own."""
    from qinglian.core.entry_points import entry_points

    for found in entry_points("qinglian.dimensions"):
        if found.name == name:
            return import_module(found.target.partition(":")[0])
    raise KeyError(name)
