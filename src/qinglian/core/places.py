"""Places in two hierarchies that never mix: administrative (``admin:CN-AH``) and grid (``grid:CN-AH``).

Countries are ISO 3166-1 and provinces ISO 3166-2:CN; continents follow UN M49. Hong Kong, Macao and Taiwan
have a code in both: ``HK``, ``MO`` and ``TW`` are read as ``CN-HK``, ``CN-MO`` and ``CN-TW``. Codes were
listed with pycountry 26.2 (Debian iso-codes), names with the Unicode CLDR through Babel 2.18.

Grid regions are those of 公告2024年第12号 of the Ministry of Ecology and Environment and the National Bureau
of Statistics (table 1 of its 2021年电力二氧化碳排放因子计算说明, read in a public transcription; the factors
for 2022 and 2023 name the same seven regions). Jiangxi is in Central, Chongqing and Sichuan in Southwest.
Western Inner Mongolia is in North, eastern in Northeast; the province as a whole has no region, so
``grid:CN-NM`` lies directly under ``grid:CN``. The table does not cover Xizang, Hong Kong, Macao and Taiwan:
Xizang has no zone of its own and falls to ``grid:CN``, the other three grids stand alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError
from qinglian.core.suggestions import nearest
from qinglian.core.tables import csv_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinglian.core.errors import Where

LEVELS = ("world", "continent", "country", "province", "grid_country", "grid_region", "grid_zone")

_LISTED_UNDER_CN = re.compile(r"((?:admin:|grid:)?)(HK|MO|TW)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A place: its id, level, names, and the id of the place around it (empty at the top)."""

    id: str
    level: str
    name_en: str
    name_zh: str
    parent: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"{self.id}: level {self.level!r} is none of {LEVELS}")
        if not self.id.startswith("grid:" if self.level.startswith("grid") else "admin:"):
            raise ValueError(f"{self.id} is no id of level {self.level}")


def place(text: str, where: Where | None = None) -> Place:
    """Return the place with this id, code or name.

    ``admin:CN-AH``, ``CN-AH``, ``Anhui``, ``安徽`` and ``安徽省`` are one place. A bare code or name is
    administrative; grids are found by id or by a name that says so (``华东电网``).

    Raises
    ------
    QinglianError
        ``core.place_unknown`` with the nearest names.
    """
    spelling = _spelling(text)
    found = _names().get(spelling)
    if found is None:
        near = nearest(spelling, _names())
        proposals = tuple(dict.fromkeys(_names()[name].id for name in near)) or (
            "admin:CN",
            "admin:CN-AH",
            "grid:CN",
        )
        raise QinglianError("core.place_unknown", where, place=text, near=proposals)
    return found


@cache
def ancestors(place_id: str) -> tuple[str, ...]:
    """Return the ids of a place and of everything around it, itself first.

    Raises
    ------
    QinglianError
        ``core.place_unknown``.
    """
    chain = [place(place_id)]
    while chain[-1].parent:
        chain.append(places()[chain[-1].parent])
    return tuple(link.id for link in chain)


@cache
def grid_of(admin_id: str) -> str:
    """Return the id of the smallest grid that serves an administrative place.

    Raises
    ------
    QinglianError
        ``core.place_unknown``, or ``core.place_without_grid`` for what is larger than a country.
    """
    for link in ancestors(admin_id):
        grid = "grid:" + link.removeprefix("admin:").removeprefix("grid:")
        if grid in places():
            return grid
    raise QinglianError("core.place_without_grid", place=admin_id)


@cache
def places() -> Mapping[str, Place]:
    """Return every place by its id, read from ``places.csv`` on first use."""
    return {row["id"]: _place(row) for row in csv_table("places.csv")}


def _place(row: Mapping[str, str]) -> Place:
    return Place(row["id"], row["level"], row["name_en"], row["name_zh"], row["parent"])


@cache
def _names() -> Mapping[str, Place]:
    """Return every place by id, bare administrative code and name, in their compared spelling."""
    names: dict[str, Place] = {}
    for row in csv_table("places.csv"):
        here = places()[row["id"]]
        code = here.id.removeprefix("admin:")
        for name in (here.id, code, here.name_en, here.name_zh, *filter(None, row["aliases"].split("|"))):
            if names.setdefault(_spelling(name), here) != here:
                raise ValueError(f"places.csv: {name!r} names both {names[_spelling(name)].id} and {here.id}")
    return names


def _spelling(text: str) -> str:
    compact = " ".join(text.replace("’", "'").replace("：", ":").split())
    listed = _LISTED_UNDER_CN.fullmatch(compact)
    return f"{listed[1]}CN-{listed[2]}".casefold() if listed else compact.casefold()
