"""The data tables that lie beside the code, read when first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def toml_table(name: str) -> Mapping[str, Mapping[str, object]]:
    """Return the tables of ``core/<name>``."""
    import tomllib  # the parser costs more than the rest of core; many commands never need it

    return tomllib.loads(_content(name))


def csv_table(name: str) -> list[dict[str, str]]:
    """Return the rows of ``core/<name>``, keyed by its header."""
    import csv

    return list(csv.DictReader(_content(name).splitlines()))


def strings(value: object) -> tuple[str, ...]:
    """Return a TOML list of strings as a tuple.

    Raises
    ------
    TypeError
        If `value` is no list.
    """
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(str(item) for item in value)


def _content(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
