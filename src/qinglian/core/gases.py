"""The closed table of gases that the numerator of a factor can name.

Methane is two gases because AR6 characterises them apart: ``CH4-fossil`` is fugitive and process methane of
fossil origin, ``CH4`` is biogenic or comes from combustion. ``CO2-biogenic`` and ``CO2-removal`` are accounts
of their own; ``CO2e`` is already characterised and carries the GWP set it was made with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError
from qinglian.core.suggestions import nearest
from qinglian.core.tables import strings, toml_table

if TYPE_CHECKING:
    from qinglian.core.errors import Where

KYOTO_FAMILIES = ("CO2", "CH4", "N2O", "HFC", "PFC", "SF6", "NF3")
"""The seven groups that the GHG Protocol asks to report gas by gas."""

FAMILIES = (*KYOTO_FAMILIES, "blend", "HFO", "ODS", "biogenic", "removal", "CO2e")

USUAL = ("CO2", "CH4", "CH4-fossil", "N2O", "SF6", "NF3", "HFC-134a", "CO2e")
"""What an error proposes when nothing resembles the text."""

_SEPARATORS = r"[\s_.‐-]+"
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉（）", "0123456789()")


@dataclass(frozen=True, slots=True)
class Gas:
    """A gas: the code that is stored, the family it is reported in, and its names.

    Raises
    ------
    ValueError
        If `family` is none of `FAMILIES`.
    """

    code: str
    family: str
    name_en: str
    name_zh: str

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"gas {self.code}: family {self.family!r} is none of {FAMILIES}")


class GasTable(Mapping[str, Gas]):
    """Every gas by its code, read from ``gases.toml`` on first use."""

    def __getitem__(self, code: str) -> Gas:
        return _gases()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_gases())

    def __len__(self) -> int:
        return len(_gases())


GASES: Mapping[str, Gas] = GasTable()


def parse_gas(text: str, where: Where | None = None) -> Gas:
    """Return the gas that `text` names: ``R410A``, ``HFC-134a``, ``R-134a``, ``CH₄``, ``六氟化硫``.

    Raises
    ------
    QinglianError
        ``core.gas_unknown`` with the nearest codes.
    """
    spelling = _spelling(text)
    code = _spellings().get(spelling)
    if code is None:
        near = nearest(spelling, _spellings())
        proposals = tuple(dict.fromkeys(_spellings()[name] for name in near)) or USUAL
        raise QinglianError("core.gas_unknown", where, gas=text, near=proposals)
    return GASES[code]


def _spelling(text: str) -> str:
    return re.sub(_SEPARATORS, "", text.translate(_SUBSCRIPTS)).casefold()


@cache
def _document() -> Mapping[str, Mapping[str, object]]:
    return toml_table("gases.toml")


@cache
def _gases() -> Mapping[str, Gas]:
    return {
        code: Gas(code, str(row["family"]), str(row.get("name_en", code)), str(row.get("name_zh", code)))
        for code, row in _document().items()
    }


@cache
def _spellings() -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for code, row in _document().items():
        for name in (code, GASES[code].name_en, GASES[code].name_zh, *strings(row["aliases"])):
            if codes.setdefault(_spelling(name), code) != code:
                raise ValueError(f"gases.toml: {name!r} names both {codes[_spelling(name)]} and {code}")
    return codes
