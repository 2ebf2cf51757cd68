"""Cells of one column to values, each distinct text read once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import QinglianError
from qinglian.core.suggestions import nearest
from qinglian.core.units import UNITS, parse_unit
from qinglian.ingest.activities import proposals

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Mapping, Sequence

    from qinglian.ingest.columns import Column

REMEMBERED = 200_000
_PLAIN_COLUMN = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,7})?+(?:\n[0-9]{1,10}(?:\.[0-9]{1,7})?+)*+", re.ASCII)
_SCENARIOS = ("plan", "baseline", "forecast")
_COMMA_DECIMALS = str.maketrans(
    {",": ".", ".": ",", " ": ",", "\N{NO-BREAK SPACE}": ",", "\N{NARROW NO-BREAK SPACE}": ",", "'": ","}
)


class Refusal:
    """Why a text was not read; it takes the place of its value."""

    __slots__ = ("code", "params")

    def __init__(self, code: str, params: Mapping[str, object]) -> None:
        self.code, self.params = code, params


class Readings(dict[str, Any]):
    """Texts read so far and their values; asking for a new text reads it. Bounded, so memory stays flat."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read
        self.refused = False

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        try:
            value = self.read(text.strip())
        except QinglianError as error:
            self.refused = True
            value = Refusal(error.code, error.problem.params)
        self[text] = value
        return value

    def column(self, texts: Iterable[str]) -> list[Any]:
        """Read a column."""
        return list(map(self.__getitem__, texts))


class Quantities:
    """Reads quantities as mantissa and decimals; a column of plain digits is read whole, in C."""

    def __init__(self, *, decimal_comma: bool) -> None:
        self.read = _read_comma_quantity if decimal_comma else read_quantity
        self.decimal_comma = decimal_comma
        self.refused = False

    def column(self, texts: Sequence[str]) -> tuple[list[Any], list[int]]:
        """Return mantissas, a `Refusal` where there is none, and decimals."""
        joined = "\n".join(texts)
        if self.decimal_comma or not _PLAIN_COLUMN.fullmatch(joined):
            pairs = list(map(self._one, texts))
            return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        mantissas: list[Any] = list(map(int, joined.replace(".", "").split("\n")))
        decimals = [len(text) - text.index(".") - 1 if "." in text else 0 for text in texts]
        both = enumerate(zip(mantissas, decimals, strict=True))
        for index in [at for at, (mantissa, places) in both if places and not mantissa % 10]:
            mantissas[index], decimals[index] = read_quantity(texts[index])
        return mantissas, decimals

    def _one(self, text: str) -> tuple[Any, int]:
        try:
            return self.read(text.strip())
        except QinglianError as error:
            self.refused = True
            return Refusal(error.code, error.problem.params), 0


def reader_of(column: Column, words: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the reading of one cell of a column whose kind needs nothing but the cell."""
    kinds: dict[str, Callable[[str], Any]] = {
        "unit": read_unit,
        "currency": read_currency,
        "scenario": read_scenario,
        "whole": lambda text: read_whole(text, column),
        "choice": lambda text: read_choice(text, column),
    }
    read = kinds.get(column.kind, str)
    return lambda text: read(words.get(text, text))


def read_quantity(text: str) -> tuple[int, int]:
    """Read an exact decimal; plain digits with at most one point take the short way."""
    whole, point, behind = text.partition(".")
    if len(text) < 18 and text.isascii() and whole.isdigit() and (behind.isdigit() or not point):
        behind = behind.rstrip("0")
        return int(whole + behind), len(behind)
    if not text:
        raise QinglianError("ingest.cell_missing")
    found = parse_decimal(text)
    return found.mantissa, found.decimals


def _read_comma_quantity(text: str) -> tuple[int, int]:
    if text.count(",") > 1:
        raise QinglianError("core.number_unreadable", text=text)
    try:
        return read_quantity(text.translate(_COMMA_DECIMALS))
    except QinglianError as error:
        raise QinglianError(error.code, text=text) from None


def read_unit(text: str) -> str:
    """Return the one symbol of a unit."""
    if not text:
        raise QinglianError("ingest.cell_missing")
    return parse_unit(text).symbol


def read_currency(text: str) -> str:
    """Return an ISO 4217 code the unit table knows; empty stays empty."""
    code = text.upper()
    if code and f"money({code})" not in _money():
        raise QinglianError(
            "ingest.currency_unknown",
            currency=text,
            near=nearest(code, _currencies()) or ("CNY", "USD", "EUR"),
        )
    return code


def _money() -> Collection[str]:
    return {unit.dimension for unit in UNITS.values() if unit.dimension.startswith("money(")}


def _currencies() -> list[str]:
    return sorted(name[6:-1] for name in _money())


def read_scenario(text: str) -> str:
    """Return a scenario; empty is ``actual``."""
    kind, _, name = text.partition(":")
    if text in ("", "actual"):
        return "actual"
    if kind not in _SCENARIOS or not name.strip():
        raise QinglianError("ingest.scenario_unknown", scenario=text)
    return text


def read_whole(text: str, column: Column) -> int | None:
    """Return a whole number within the column's bounds; empty is None."""
    if not text:
        return None
    mantissa, decimals = read_quantity(text)
    if decimals or not column.low <= mantissa <= column.high:
        raise QinglianError("ingest.whole_outside", text=text, low=column.low, high=column.high)
    return mantissa


def read_choice(text: str, column: Column) -> str:
    """Return the value one of whose words this is; empty stays empty."""
    folded = text.casefold()
    if not folded:
        return ""
    for value, words in column.choices.items():
        if folded == value or text in words:
            return value
    raise QinglianError("ingest.choice_unknown", text=text, known=tuple(column.choices))


def activity_reader(
    activities: Container[str] | Callable[[str], bool], words: Mapping[str, str]
) -> Callable[[str], str]:
    """Return the reading of an activity, checked against those that may be posted."""

    def read(text: str) -> str:
        activity = words.get(text, text)
        if not activity:
            raise QinglianError("ingest.cell_missing")
        known = activities(activity) if callable(activities) else activity in activities
        if not known:
            listed = activities if isinstance(activities, Iterable) else ()
            raise QinglianError("ingest.activity_unknown", activity=text, near=proposals(activity, listed))
        return activity

    return read


def facility_reader(codes: Collection[str], words: Mapping[str, str]) -> Callable[[str], str]:
    """Return the reading of a facility code."""

    def read(text: str) -> str:
        code = words.get(text, text)
        if not code:
            raise QinglianError("ingest.cell_missing")
        if code not in codes:
            near: Sequence[str] = nearest(code, codes) or sorted(codes)[:8]
            raise QinglianError("ingest.facility_unknown", facility=text, near=near)
        return code

    return read
