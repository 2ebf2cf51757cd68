"""Units as headings state them: ``run_kW``, ``运行功率(千瓦)``, ``price_CNY_per_kWh``, ``units per hour``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from qinglian.core.errors import QinglianError
from qinglian.core.units import Unit, parse_unit
from qinglian.ingest.columns import heading_with_unit

_PER = re.compile(r"\s*[/／]\s*|[\s_]+per[\s_]+|每", re.IGNORECASE)
_GAS = re.compile(r"[\s_]*CO(?:2|₂)[\s_]*(?:e|eq|当量)?$", re.IGNORECASE)
_MONEY = re.compile(r"money\((?P<currency>\w+)\)")
_POWER = {  # no unit of activity data: an activity is an amount, not a rate
    spelling: Unit(symbol, "power", Fraction(scale))
    for symbol, scale, spellings in (
        ("W", 1, ("w", "watt", "watts", "瓦")),
        ("kW", 1000, ("kw", "kilowatt", "kilowatts", "千瓦")),
        ("MW", 1_000_000, ("mw", "megawatt", "megawatts", "兆瓦")),
    )
    for spelling in spellings
}
_JOINT = re.compile(r"[_\s]+")


@dataclass(frozen=True, slots=True)
class HeaderUnit:
    """A unit, or one unit per another; `dimension` names money without its currency.

    Parameters
    ----------
    text
        The unit as the heading states it.
    dimension
        For example ``power``, ``time/count(item)`` or ``money/energy``.
    scale
        Size in the base units of the dimension.
    currency
        Of money, else empty.
    """

    text: str
    dimension: str
    scale: Fraction
    currency: str = ""

    @property
    def inverse_dimension(self) -> str:
        """The dimension the other way round, empty if this is no ratio."""
        above, _, below = self.dimension.partition("/")
        return f"{below}/{above}" if below else ""


@lru_cache(maxsize=1024)
def parse_header_unit(text: str) -> HeaderUnit:
    """Read a unit or a ratio of two; ``kgCO2`` and ``kgCO2e`` are masses.

    Raises
    ------
    QinglianError
        ``core.unit_unknown`` or ``core.unit_ambiguous``.
    """
    parts = [_unit(part.strip()) for part in _PER.split(text.strip(), maxsplit=1)]
    scale = parts[0].scale if len(parts) == 1 else parts[0].scale / parts[1].scale
    dimension = "/".join(part.dimension for part in parts)
    currency = _MONEY.search(dimension)
    return HeaderUnit(text, _MONEY.sub("money", dimension), scale, currency["currency"] if currency else "")


def _unit(text: str) -> Unit:
    return _POWER.get(text.casefold()) or parse_unit(_GAS.sub("", text) or text)


def split_heading(text: str, known: Callable[[str], bool]) -> tuple[str, str]:
    """Split a heading into a known name and the text of its unit; the longest name that is known wins.

    The unit stands in brackets or after an underscore or a space. ``("", "")`` where no name is known. A
    heading may be a unit alone, where the empty name is known.
    """
    bare, unit = heading_with_unit(text)
    if unit and known(bare):
        return bare, unit
    for name, rest in _splits(text):
        if known(name) and (not rest or _is_unit(rest)):
            return name, rest
    first, *rest_parts = _JOINT.split(text, maxsplit=1)
    return (first, rest_parts[0]) if rest_parts and known(first) and len(rest_parts[0]) < 6 else ("", "")


def _splits(text: str) -> Iterator[tuple[str, str]]:
    yield text, ""
    for joint in reversed(list(_JOINT.finditer(text))):
        yield text[: joint.start()], text[joint.end() :]
    yield "", text


def _is_unit(text: str) -> bool:
    try:
        parse_header_unit(text)
    except QinglianError as error:
        return error.code == "core.unit_ambiguous"
    return True
