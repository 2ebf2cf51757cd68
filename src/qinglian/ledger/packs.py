"""Factor packs: folders of CSV and TOML, each number with its citation, read through one typed build.

A build validates every row and names the offending file, row and column; nothing of a pack with a problem is
used. A pack's hash is taken over its canonical content, so the order of its rows does not matter.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger.pack_checks import check_against_second_sources, check_methods, check_overlaps
from qinglian.ledger.pack_factors import BASES, FACTOR_COLUMNS, GWP_SETS, METHODS, read_factors
from qinglian.ledger.pack_model import (
    ABOUT,
    ALWAYS,
    BlendPart,
    DatedValue,
    Factor,
    FactorPack,
    GasValue,
    GwpValue,
    Property,
    Source,
    definition,
    factor_from_record,
    pack_from_record,
)
from qinglian.ledger.pack_rows import CLASSES, PackRows, exact
from qinglian.ledger.pack_tables import read_blends, read_gwp, read_properties, read_series

__all__ = [
    "ALWAYS",
    "BASES",
    "CLASSES",
    "FACTOR_COLUMNS",
    "GWP_SETS",
    "METHODS",
    "BlendPart",
    "DatedValue",
    "Factor",
    "FactorPack",
    "GasValue",
    "GwpValue",
    "Property",
    "Source",
    "definition",
    "exact",
    "factor_from_record",
    "load_pack",
    "pack_from_record",
    "shipped_packs",
]


def shipped_packs() -> tuple[Path, ...]:
    """Folders of the packs that come with the product."""
    root = Path(str(files("qinglian") / "factors"))
    return tuple(sorted(path.parent for path in root.glob("*/pack.toml")))


def load_pack(folder: Path) -> FactorPack:
    """Read and validate a pack.

    Raises
    ------
    QinglianError
        ``ledger.pack_unreadable`` for its ``pack.toml``, else all problems of its rows at once: each names
        file, row, column and fix.
    """
    about = _about(folder / "pack.toml")
    rows = PackRows(folder, about)
    factors, blends = read_factors(rows), read_blends(rows)
    gwp, properties, series = read_gwp(rows, blends), read_properties(rows), read_series(rows)
    if not rows.problems:  # what a broken row would only repeat
        check_overlaps(rows, factors, properties, series)
        check_methods(rows, factors)
        check_against_second_sources(rows, gwp)
    if rows.problems:
        raise QinglianError.many(rows.problems)
    return FactorPack(
        **{name: about[name] for name in ABOUT},
        sources=rows.sources,
        factors=factors,
        gwp=gwp,
        blends=blends,
        properties=properties,
        series=series,
    )


def _about(path: Path) -> dict[str, Any]:
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QinglianError("ledger.pack_unreadable", Where(file=str(path)), reason=str(error)) from error
    missing = [name for name in ABOUT if not about.get(name)]
    if missing:
        raise QinglianError("ledger.pack_unreadable", Where(file=str(path)), reason=", ".join(missing))
    return about
