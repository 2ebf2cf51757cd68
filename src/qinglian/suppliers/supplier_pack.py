"""An accepted footprint as a factor pack of the book; its share of primary data is written and read here."""

from __future__ import annotations

import csv
import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.canonical import sha256_hex
from qinglian.core.decimals import plain
from qinglian.core.places import ancestors, places
from qinglian.ledger.packs import FACTOR_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qinglian.suppliers.model import Footprint

GWP_UNSTATED = "unstated"
PREFIX = "supplier-"
_SHARE = re.compile(r"primary data share (\S+);")


def write_pack(
    footprint: Footprint, values: dict[str, Fraction], sites: Iterable[str], decided: date, folder: Path
) -> Path:
    """Write the pack of a footprint.

    Parameters
    ----------
    values
        Kilograms of CO2e per unit for each boundary, by the technology that records name.
    sites
        Administrative places of the facilities that buy.
    decided
        Day from which the factor is known.
    """
    slug = f"{PREFIX}{sha256_hex(f'{footprint.partner} {footprint.their_part}'.encode())[:12]}"
    target = folder / slug
    target.mkdir()
    countries = sorted({_country(site) for site in sites})
    rows = [
        _row(footprint, name, value, place) for name, value in sorted(values.items()) for place in countries
    ]
    with (target / "factors.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*FACTOR_COLUMNS, "supplier"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    version = sha256_hex((target / "factors.csv").read_bytes() + footprint.id.encode())[:12]
    about = {
        "id": slug,
        "version": version,
        "publisher": footprint.partner,
        "dataset": f"product footprint {footprint.id}",
        "title_en": f"Footprint of {footprint.their_part} by {footprint.partner}",
        "title_zh": f"{footprint.partner} 的 {footprint.their_part} 足迹",
        "licence": "as agreed with the supplier",
    }
    lines = [f"{name} = {_quoted(value)}" for name, value in about.items()]
    lines += [f"published = {decided}", "", "[sources.supplier]"]
    citation = "; ".join(part for part in (footprint.source, footprint.standard, footprint.id) if part)
    lines += [f"citation = {_quoted(citation)}", 'class = "primary"', f"published = {decided}", ""]
    (target / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
    return target


def activity_of_part(partner: str, their_part: str) -> str:
    """Return the activity of records that a footprint of a partner's part values."""
    return f"material.supplied.{sha256_hex(f'{partner} {their_part}'.encode())[:12]}"


def technology_of(elsewhere: frozenset[str]) -> str:
    """Return the technology that names a boundary: what is booked elsewhere is not in it."""
    return "without_" + "_".join(sorted(elsewhere)) if elsewhere else "whole"


def primary_share(locator: str) -> Fraction:
    """Read the share of primary data back from a factor's locator; 0 where none is stated there."""
    found = _SHARE.search(locator)
    return Fraction(found[1]) if found and found[1] != "unstated" else Fraction(0)


def _country(site: str) -> str:
    return next((name for name in ancestors(site) if places()[name].level == "country"), site)


def _row(footprint: Footprint, technology: str, value: Fraction, place: str) -> dict[str, str]:
    share = "unstated" if footprint.primary_share is None else str(footprint.primary_share)
    row = dict.fromkeys(FACTOR_COLUMNS, "")
    return row | {
        "activity": activity_of_part(footprint.partner, footprint.their_part),
        "technology": technology,
        "place": place,
        "valid_from": footprint.start.isoformat(),
        "valid_to": footprint.end.isoformat(),
        "gas": "CO2e",
        "value": plain(value),
        "mass_unit": "kg",
        "per_unit": footprint.unit.symbol,
        "basis": "supplier",
        "gwp_set": GWP_UNSTATED,
        "biogenic": "false",
        "quality": str(footprint.quality),
        "source": "supplier",
        "locator": f"primary data share {share}; {footprint.method}",
        "note": f"footprint {footprint.id}",
        "supplier": footprint.partner,
    }


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
