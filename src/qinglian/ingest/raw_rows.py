"""Rows as a file format gives them, before a header says what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ERROR_CELL, FORMULA_CELL, FORMULA_WITHOUT_VALUE = "cell_error", "cell_formula", "formula_without_value"


@dataclass(frozen=True, slots=True)
class RawRows:
    """What a file format gives: rows from number `first` on, and what it knows of their cells.

    `faults` maps row number and column index to the code of a fault; `doubtful` says that some cell of the
    file may be a formula, an error value or hold a NUL character, so that each has to be looked at.
    """

    first: int
    rows: Sequence[Sequence[str]]
    faults: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    doubtful: bool = True
