"""Write the packaging folder of a SYNTHETIC laptop maker: whole-number arithmetic, the same bytes everywhere.

Nobody measured these numbers. A notebook's box lost its foam caps in 2022 and took cushions of paper instead;
the baseline pins the old version. ``python -m qinglian.packaging.synthetic FOLDER`` writes the folder, and a
vendor's load plan of one pallet below it.
"""

from __future__ import annotations

import csv
import io
import sys
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SYNTHETIC = "SYNTHETIC 合成数据"
Row = Sequence[object]

MONTHS = tuple((2022 + (month > 12), (month - 1) % 12 + 1) for month in range(4, 16))
SEASON = (98, 100, 106, 112, 111, 104, 101, 103, 107, 93, 84, 108)  # percent of the mean, April to March
SITES = (("HEF", 2640), ("SZX", 800), ("CTU", 960))
"""Pallets of notebooks in an average month."""

CARTONS, BOXES = 30, 5
"""Cartons on a pallet, boxes in a carton."""

SUPPLIERS = {"NB-BOX": "纸箱厂甲", "CARTON": "纸箱厂甲", "PALLET": "托盘厂乙"}

TABLES: dict[str, tuple[Row, ...]] = {
    "materials": (
        ("material", "family", "factor"),
        ("corrugated", "paper", "board"),
        ("cushion_paper", "paper", "paper"),
        ("foam", "plastic", "ps"),
        ("film", "plastic", "film"),
        ("wood", "wood", "wood"),
    ),
    "specifications": (
        (
            "specification",
            "version",
            "level",
            "items",
            "contains",
            "contains_version",
            "count",
            "inner_length_mm",
            "inner_width_mm",
            "inner_height_mm",
            "stated_mass_g",
        ),
        ("NB-BOX", "2021", "product", 1, "", "", "", 420, 300, 90, 740),
        ("NB-BOX", "2022", "product", 1, "", "", "", 400, 290, 70, 686),
        ("CARTON", "2021", "carton", "", "NB-BOX", "2021", BOXES, 460, 440, 320, 1340),
        ("CARTON", "2022", "carton", "", "NB-BOX", "2022", BOXES, 370, 410, 300, 1280),
        ("PALLET", "1", "pallet", "", "CARTON", "2022", CARTONS, "", "", "", 20300),
    ),
    "components": (
        (
            "specification",
            "version",
            "component",
            "material",
            "mass_g",
            "pieces",
            "post_consumer",
            "post_industrial",
            "recyclable",
        ),
        ("NB-BOX", "2021", "case", "corrugated", 640, 1, "0.4", "0", "yes"),
        ("NB-BOX", "2021", "end cap", "foam", 46, 2, "0", "0", "no"),
        ("NB-BOX", "2021", "bag", "film", 8, 1, "0", "0", "yes"),
        ("NB-BOX", "2022", "case", "corrugated", 620, 1, "0.4", "0.06", "yes"),
        ("NB-BOX", "2022", "cushion", "cushion_paper", 60, 1, "0", "0", "yes"),
        ("NB-BOX", "2022", "bag", "film", 6, 1, "0.3", "0", "yes"),
        ("CARTON", "2021", "case", "corrugated", 1340, 1, "0.4", "0", "yes"),
        ("CARTON", "2022", "case", "corrugated", 1280, 1, "0.4", "0.06", "yes"),
        ("PALLET", "1", "pallet", "wood", 20000, 1, "0", "0", "yes"),
        ("PALLET", "1", "wrap", "film", 300, 1, "0", "0", "yes"),
    ),
    "baselines": (
        ("baseline", "specification", "pinned", "pinned_version", "since"),
        ("foam-2021", "NB-BOX", "NB-BOX", "2021", "2022-01-01"),
        ("foam-2021", "CARTON", "CARTON", "2021", "2022-01-01"),
    ),
    "orders": (
        (
            "order",
            "day",
            "kind",
            "inner_length_mm",
            "inner_width_mm",
            "inner_height_mm",
            "products_L",
            "filler_L",
        ),
        ("WEB-1 " + SYNTHETIC, "2022-11-11", "ecommerce", 400, 300, 100, "6.012", "2"),
        ("WEB-2 " + SYNTHETIC, "2022-11-11", "ecommerce", 400, 300, 100, "5.988", ""),
        ("WEB-3 " + SYNTHETIC, "2022-12-12", "ecommerce", 460, 440, 320, "8.12", "30"),
        ("TRUCK-1 " + SYNTHETIC, "2023-01-05", "transport", 370, 410, 300, "40.6", ""),
    ),
}

LOAD: dict[str, tuple[Row, ...]] = {
    "loads": (
        (
            "load",
            "length_mm",
            "width_mm",
            "height_mm",
            "max_mass_kg",
            "support",
            "off_centre",
            "claimed_utilisation",
            "claimed_mass_kg",
        ),
        ("PALLET-1", 1200, 840, 1700, 900, "0.8", "0.1", "0.95", 405),
    ),
    "boxes": (
        ("box", "length_mm", "width_mm", "height_mm", "mass_kg", "turning", "bears_kg"),
        ("CARTON@2022", 400, 420, 310, "13.5", "upright", 60),
    ),
    "placements": (
        ("placement", "load", "box", "x_mm", "y_mm", "z_mm", "rotation"),
        *(
            (
                f"{layer}-{column}-{row}",
                "PALLET-1",
                "CARTON@2022",
                400 * column,
                420 * row,
                310 * layer,
                "LWH",
            )
            for layer in range(5)
            for column in range(3)
            for row in range(2)
        ),
    ),
}
"""A vendor's plan: it can stand, but the mass and the utilisation that are claimed of it are tested."""


def uses() -> Iterator[Row]:
    """Packaging used, by month, site and specification."""
    yield ("reference", "facility", "start", "end", "specification", "version", "units", "supplier")
    for (year, month), season in zip(MONTHS, SEASON, strict=True):
        first, last = f"{year}-{month:02d}-01", f"{year}-{month:02d}-{monthrange(year, month)[1]}"
        for site, mean in SITES:
            pallets = mean * season // 100
            counts = (
                ("PALLET", "1", pallets),
                ("CARTON", "2022", pallets * CARTONS),
                ("NB-BOX", "2022", pallets * CARTONS * BOXES),
            )
            for name, version, units in counts:
                reference = f"BZ{year}{month:02d}-{site}-{name} {SYNTHETIC}"
                yield (reference, site, first, last, name, version, units, SUPPLIERS[name])


def write_folder(folder: Path) -> list[Path]:
    """Write the tables into a folder and a load plan into ``load-plan`` below it; return the files."""
    tables = {folder / f"{name}.csv": rows for name, rows in TABLES.items()}
    tables |= {folder / "uses.csv": tuple(uses())}
    tables |= {folder / "load-plan" / f"{name}.csv": rows for name, rows in LOAD.items()}
    for path, rows in tables.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_csv(rows))
    return list(tables)


def _csv(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


if __name__ == "__main__":
    for file in write_folder(Path(sys.argv[1])):
        print(file)
