"""Intensities of carriers and hubs as factor packs of the book, one pack for each category and period.

A newer statement of the same category and period replaces the older one for new runs; what was calculated
stays.
"""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

from qinglian.core.canonical import sha256_hex
from qinglian.core.decimals import plain
from qinglian.core.places import ancestors, places
from qinglian.ledger.pack_factors import FACTOR_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qinglian.logistics.intensity import Intensity
    from qinglian.logistics.model import Category

GWP_UNSTATED = "unstated"
"""Carriers seldom say with which warming potentials their CO2e was made."""
OPEN_SINCE = date(1990, 1, 1)
"""A stated or modelled intensity without a period answers from here on."""
QUALITY = {"primary": 1, "modelled": 3, "default": 4}
"""Of the ledger's five, 1 the best."""


def activity(category: Category) -> str:
    """Return the activity of a category in the ledger, without direction."""
    return category.factor or f"{category.mode}.{'hoc' if category.is_hub else 'toc'}"


def technology(category: Category) -> str:
    """Return the technology that its records name: the factor's, or the category itself."""
    return category.technology if category.factor else category.id


def write_packs(known: Iterable[Intensity], sites: set[str], folder: Path) -> tuple[Path, ...]:
    """Write a pack for each intensity that no shipped pack holds, answering in the countries of the sites."""
    countries = sorted({_country(site) for site in sites})
    return tuple(_write(one, countries, folder) for one in known if not one.category.factor)


def _country(site: str) -> str:
    return next((name for name in ancestors(site) if places()[name].level == "country"), site)


def _write(known: Intensity, countries: list[str], folder: Path) -> Path:
    category = known.category
    start, source = category.start or OPEN_SINCE, known.source or category.source or "stated by the user"
    slug = f"logistics-{sha256_hex(category.id.encode())[:12]}-{start:%Y%m%d}"
    target = folder / slug
    target.mkdir()
    rows = [_row(known, place, start, basis) for place in countries for basis in ("direct", "wtt")]
    with (target / "factors.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FACTOR_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    version = sha256_hex((target / "factors.csv").read_bytes() + source.encode())[:12]
    about = {
        "id": slug,
        "version": version,
        "publisher": category.carrier or category.id,
        "dataset": f"{category.tier} intensity of {category.id}",
        "title_en": f"Intensity of {category.id} ({category.tier})",
        "title_zh": f"{category.id} 的强度（{category.tier}）",
        "licence": "as agreed with the operator",
    }
    lines = [f"{name} = {_quoted(value)}" for name, value in about.items()]
    lines += [f"published = {start}", "", "[sources.operator]", f"citation = {_quoted(source)}"]
    lines += ['class = "primary"' if category.tier == "primary" else 'class = "secondary"']
    (target / "pack.toml").write_text("\n".join([*lines, f"published = {start}", ""]), encoding="utf-8")
    return target


def _row(known: Intensity, place: str, start: date, basis: str) -> dict[str, str]:
    category = known.category
    value = known.emission.ttw if basis == "direct" else known.emission.wtt
    row = dict.fromkeys(FACTOR_COLUMNS, "")
    return row | {
        "activity": f"freight.{activity(category)}",
        "technology": technology(category),
        "place": place,
        "valid_from": start.isoformat(),
        "valid_to": category.end.isoformat() if category.end else "",
        "gas": "CO2e",
        "value": plain(value),
        "mass_unit": "kg",
        "per_unit": category.unit,
        "basis": basis,
        "gwp_set": GWP_UNSTATED,
        "biogenic": "false",
        "quality": str(QUALITY[category.tier]),
        "source": "operator",
        "locator": f"row {category.where.row}" if category.where and category.where.row else "",
        "note": f"tier {category.tier}",
    }


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
