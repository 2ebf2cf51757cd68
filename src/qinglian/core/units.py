"""Units of activity data: exact, typed by dimension, with the heating-value basis as part of the unit.

Energy never converts to mass or volume here: that takes a fuel property with a source, as a factor does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, cast

from qinglian.core.errors import QinglianError
from qinglian.core.suggestions import nearest
from qinglian.core.tables import strings, toml_table

if TYPE_CHECKING:
    from qinglian.core.errors import Where

HEATING_BASES = ("gross", "net")
USUAL = ("kWh", "MWh", "GJ", "kg", "t", "L", "m3", "km", "tkm", "item", "CNY")
"""What an error proposes when nothing resembles the text."""

ALIKE, PROPOSED = 0.75, 6
CLUES = {
    "area": ("acre", "hectare", "sq", "亩", "平", "顷"),
    "energy": ("watt", "joule", "calor", "therm", "btu", "瓦", "焦", "卡"),
    "distance": (
        "mile",
        "furlong",
        "league",
        "fathom",
        "yard",
        "foot",
        "feet",
        "inch",
        "metre",
        "meter",
        "里",
        "尺",
    ),
    "mass": ("gram", "pound", "ounce", "stone", "ton", "carat", "斤", "克", "吨", "两"),
    "volume": ("litre", "liter", "gallon", "barrel", "pint", "quart", "bushel", "cubic", "升", "方"),
    "time": ("hour", "minute", "second", "week", "month", "fortnight", "时", "分钟"),
}
"""Parts of words that say which dimension an unknown unit is likely of."""

_SEPARATORS = r"[\s·•⋅∙‧・*_.^‐-]+"
_SPELLINGS = str.maketrans(
    {"²": "2", "³": "3", "ℓ": "L"}
    | {chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}  # the full-width forms of ASCII
    | {chr(0xFFE5): "¥", chr(0xFFE1): "£"}
)
_HEATING = (  # patterns are compiled when first used: that costs more than the rest of this import
    r"(?P<energy>.+?)\(?"
    r"(?:(?P<gross>gross(?:cv)?|gcv|hhv|高位(?:发?热[量值])?)|(?P<net>net(?:cv)?|ncv|lhv|低位(?:发?热[量值])?))"
    r"\)?"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `scale` is its exact size in the base unit of `dimension`.

    Parameters
    ----------
    symbol
        The one spelling that is stored.
    dimension
        Units convert within a dimension only; ``energy``, ``energy(gross)`` and ``energy(net)`` are three.
    scale
        Size in the base unit (J, kg, m3, m, tkm, ...; see ``units.toml``).
    heating
        Heating-value basis of a fuel's energy: ``gross`` (HHV), ``net`` (LHV), or empty.

    Raises
    ------
    ValueError
        If the scale is not positive, or dimension, symbol and heating basis do not agree.
    """

    symbol: str
    dimension: str
    scale: Fraction
    heating: str = ""

    def __post_init__(self) -> None:
        if self.scale <= 0:
            raise ValueError(f"unit {self.symbol}: scale {self.scale} is not positive")
        ending = f"({self.heating})" if self.heating else ""
        based = self.dimension in {f"energy({basis})" for basis in HEATING_BASES}
        if based != bool(ending) or not (self.symbol.endswith(ending) and self.dimension.endswith(ending)):
            raise ValueError(f"unit {self.symbol}: basis {self.heating!r} does not fit {self.dimension}")


class UnitTable(Mapping[str, Unit]):
    """Every unit by its symbol, read from ``units.toml`` on first use."""

    def __getitem__(self, symbol: str) -> Unit:
        return _units()[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(_units())

    def __len__(self) -> int:
        return len(_units())


UNITS: Mapping[str, Unit] = UnitTable()


def parse_unit(text: str, where: Where | None = None) -> Unit:
    """Return the unit that `text` names, in its symbol or any English or Chinese spelling.

    ``kWh(gross)``, ``kWh (Gross CV)``, ``MJ LHV`` and ``MJ（低位）`` name energy on a heating-value basis.

    Raises
    ------
    QinglianError
        ``core.unit_unknown`` with the nearest units; ``core.unit_ambiguous`` for words such as ``ton`` or
        ``gallon`` that mean several.
    """
    found = _find(text)
    if isinstance(found, Unit):
        return found
    if found:
        raise QinglianError("core.unit_ambiguous", where, unit=text, choices=found)
    raise QinglianError("core.unit_unknown", where, unit=text, near=_near(text))


def ratio(frm: Unit, to: Unit) -> Fraction:
    """Return how many `to` one `frm` is, exactly.

    Raises
    ------
    QinglianError
        ``core.unit_mismatch`` if the two measure different things.
    """
    if frm.dimension != to.dimension:
        raise QinglianError(
            "core.unit_mismatch",
            unit=frm.symbol,
            dimension=frm.dimension,
            to=to.symbol,
            to_dimension=to.dimension,
        )
    return frm.scale / to.scale


@lru_cache(maxsize=4096)
def _find(text: str) -> Unit | tuple[str, ...]:
    """Return the unit, the choices of an ambiguous word, or nothing."""
    spelling = _spelling(text)
    exact, folded, ambiguous = _spellings()
    if spelling in exact:
        return UNITS[exact[spelling]]
    if choices := ambiguous.get(spelling.casefold()):
        return choices
    symbols = folded.get(spelling.casefold(), ()) if len(spelling) > 1 else ()
    if symbols:
        return UNITS[symbols[0]] if len(symbols) == 1 else symbols
    return _find_heating(spelling)


def _find_heating(spelling: str) -> Unit | tuple[str, ...]:
    match = re.fullmatch(_HEATING, spelling, re.IGNORECASE)
    energy = _find(match["energy"]) if match else ()
    if match is None or not isinstance(energy, Unit):
        return energy if isinstance(energy, tuple) else ()
    return UNITS.get(f"{energy.symbol}({'gross' if match['gross'] else 'net'})", ())


def _near(text: str) -> tuple[str, ...]:
    """Propose units spelled much alike, else those of the dimension the word suggests, else usual ones."""
    _, folded, _ = _spellings()
    spelling = _spelling(text).casefold()
    alike = nearest(spelling, folded, cutoff=ALIKE)
    symbols = tuple(dict.fromkeys(symbol for known in alike for symbol in folded[known]))
    return symbols or _of_likely_dimension(spelling) or USUAL


def _of_likely_dimension(spelling: str) -> tuple[str, ...]:
    for dimension, clues in CLUES.items():
        if any(clue in spelling for clue in clues):
            return tuple(_document()[dimension])[:PROPOSED]
    return ()


def _spelling(text: str) -> str:
    return re.sub(_SEPARATORS, "", text.translate(_SPELLINGS))


@cache
def _document() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    return cast("Mapping[str, Mapping[str, Mapping[str, object]]]", toml_table("units.toml"))


@cache
def _units() -> Mapping[str, Unit]:
    units = {}
    for dimension, table in _document().items():
        if dimension == "ambiguous":
            continue
        for symbol, row in table.items():
            scale = Fraction(str(row["scale"]))
            units[symbol] = Unit(symbol, dimension, scale)
            for basis in HEATING_BASES if dimension == "energy" else ():
                units[f"{symbol}({basis})"] = Unit(f"{symbol}({basis})", f"energy({basis})", scale, basis)
    return units


@cache
def _spellings() -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Return spelling to symbol, case-folded spelling to symbols, and ambiguous word to its choices."""
    exact: dict[str, str] = {}
    folded: dict[str, tuple[str, ...]] = {}
    for dimension, table in _document().items():
        if dimension == "ambiguous":
            continue
        for symbol, row in table.items():
            for name in (symbol, *strings(row["aliases"])):
                spelling = _spelling(name)
                if exact.setdefault(spelling, symbol) != symbol:
                    raise ValueError(f"units.toml: {name!r} spells both {exact[spelling]} and {symbol}")
                folded[spelling.casefold()] = tuple(
                    dict.fromkeys((*folded.get(spelling.casefold(), ()), symbol))
                )
    words = {
        _spelling(word).casefold(): strings(choices) for word, choices in _document()["ambiguous"].items()
    }
    return exact, folded, words
