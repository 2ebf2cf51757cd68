"""Write the suppliers folder of a SYNTHETIC laptop maker: whole-number arithmetic, the same bytes everywhere.

Nobody bought these parts. Direct materials come by weight, services and capital goods by money; two partners
sent footprints, of which one does not follow from its parts.
``python -m qinglian.suppliers.synthetic FOLDER`` writes the folder.
"""

from __future__ import annotations

import csv
import io
import sys
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

SYNTHETIC = "SYNTHETIC 合成数据"
Row = Sequence[object]

MONTHS = tuple((2022 + (month > 12), (month - 1) % 12 + 1) for month in range(4, 16))
SEASON = (98, 100, 106, 112, 111, 104, 101, 103, 107, 93, 84, 108)  # percent of the mean, April to March
SITES = (("HEF", 60), ("SZX", 18), ("CTU", 22))
URN = "urn:example:partner:"
MATERIALS = (
    ("P-BAT", "battery", "material.batteries_li_ion.primary", 1400),
    ("P-ALU", "housing", "material.aluminium.primary", 1900),
    ("P-PLA", "housing", "material.plastics_average.primary", 1500),
    ("P-STL", "brackets", "material.steel_cans.primary", 1100),
    ("P-PCB", "boards", "material.it_equipment.primary", 1200),
)
"""Our part, partner, activity, hundreds of kilograms in an average month of the group."""
SPEND = (
    ("services", "spend.541511", 90),
    ("machines", "spend_capital.333242", 130),
)
"""Partner, activity, thousands of 2022 US dollars in an average month."""
TARGETS = (
    ("battery", "validated"),
    ("housing", "committed"),
    ("brackets", "none"),
    ("boards", "set_unvalidated"),
    ("services", ""),
    ("machines", "validated"),
)


def partners() -> Iterator[Row]:
    """Six partners; nobody asked one of them for its target."""
    yield "partner", "name", "tier", "target", "remark"
    for name, target in TARGETS:
        yield f"{URN}{name}", f"{name} 示例厂", 1, target, SYNTHETIC


def parts() -> Iterator[Row]:
    """Two parts are mapped; a pack of 0.25 kg, and brackets by the kilogram."""
    yield "part", "partner", "their_part", "their_unit", "per_ours", "share", "remark"
    yield "P-BAT", f"{URN}battery", "B-42", "item", "4", "1", SYNTHETIC
    yield "P-STL", f"{URN}brackets", "S-7", "kg", "1", "0.8", SYNTHETIC


def purchases() -> Iterator[Row]:
    """Direct materials by weight at three sites, services and machines by money at the first."""
    first = ("reference", "facility", "start", "end", "partner", "part", "activity", "quantity", "unit")
    yield (*first, "price_year", "value", "currency", "transport", "packaging", "remark")
    for index, (year, month) in enumerate(MONTHS):
        start, end = f"{year}-{month:02}-01", f"{year}-{month:02}-{monthrange(year, month)[1]}"
        for site, share in SITES:
            for part, partner, activity, hundreds in MATERIALS:
                kg = hundreds * share * SEASON[index] // 100
                name = f"PO-{site}-{year}{month:02}-{part}"
                bought = (name, site, start, end, f"{URN}{partner}", part, activity)
                yield (*bought, kg, "kg", "", kg * 3, "CNY", "elsewhere", "inside", SYNTHETIC)
        for partner, activity, thousands in SPEND:
            usd = thousands * 10 * SEASON[index]
            name = f"INV-HEF-{year}{month:02}-{partner}"
            bought = (name, "HEF", start, end, f"{URN}{partner}", "", activity)
            yield (*bought, usd, "USD", 2022, "", "", "inside", "inside", SYNTHETIC)


def footprints() -> Iterator[Row]:
    """One that can be accepted, one whose parts exceed its total."""
    first = (
        "footprint",
        "partner",
        "their_part",
        "unit",
        "method",
        "total",
        "scope12",
        "materials",
        "transport",
    )
    yield (*first, "waste", "primary_share", "quality", "start", "end", "standard", "source", "remark")
    yield (
        *(
            "PCF-B42",
            f"{URN}battery",
            "B-42",
            "item",
            "product",
            "1.4",
            "0.6",
            "0.65",
            "0.1",
            "0.05",
            "0.8",
            2,
        ),
        *("2022-04-01", "2023-03-31", "ISO 14067", "合成声明 2023-05", SYNTHETIC),
    )
    yield (
        *("PCF-S7", f"{URN}brackets", "S-7", "kg", "hybrid", "1.9", "0.9", "1.2", "0.1", "0.1", "0.4", 3),
        *("2022-04-01", "2023-03-31", "", "合成声明 2023-06", SYNTHETIC),
    )


def answers() -> Iterator[Row]:
    """One partner answered all of the assessment, one half of it."""
    yield "partner", "indicator", "share", "remark"
    counts = (("X1", 3), ("X2", 6), ("X3", 2), ("X4", 4), ("X5", 1), ("X6", 4))
    for group, count in counts:
        for number in range(1, count + 1):
            yield f"{URN}battery", f"{group}-{number}", "0.75", SYNTHETIC
            if group in {"X1", "X3"}:
                yield f"{URN}housing", f"{group}-{number}", "0.5", SYNTHETIC


TABLES: dict[str, Callable[[], Iterable[Row]]] = {
    "partners": partners,
    "parts": parts,
    "purchases": purchases,
    "footprints": footprints,
    "answers": answers,
}


def content(name: str) -> bytes:
    """Return the bytes of one table."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(TABLES[name]())
    return stream.getvalue().encode()


def write_folder(folder: Path) -> list[Path]:
    """Write all tables into a folder; files with the same names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in TABLES:
        path = folder / f"{name}.csv"
        path.write_bytes(content(name))
        written.append(path)
    return written


if __name__ == "__main__":
    for file in write_folder(Path(sys.argv[1])):
        print(file)
