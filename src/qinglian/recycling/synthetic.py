"""Write the recycling folder of a SYNTHETIC laptop maker: whole-number arithmetic, the same bytes everywhere.

Nobody weighed these numbers. A return centre in Hefei takes notebooks and displays back each month,
refurbishes what it can, takes parts out of the rest and hands what remains to a recycler, whose certificate
of May claims more than the records bear. ``python -m qinglian.recycling.synthetic FOLDER`` writes the folder.
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
RECYCLER = "再生工厂丙"
CATEGORIES = (("notebook", 290, 2), ("display", 110, 6))
"""Category, tonnes in an average month, kilograms a piece."""
SHARES = (("reuse", "", 110), ("refurbish", "", 180), ("parts", "", 90))
"""Outcomes at the centre, in thousandths of the lot."""
MATERIALS = (("aluminium", 150, 960), ("steel", 140, 970), ("plastics", 190, 780), ("glass", 90, 900))
"""Materials of the recycler: thousandths of the lot that go in, thousandths of them recovered."""
LANDFILL = 20
WASTE = (
    ("board", "no", "recycling", 6200),
    ("plastics_average", "no", "recycling", 1800),
    ("plastics_average", "no", "landfill", 220),
    ("wood", "no", "recycling", 1400),
    ("board", "no", "landfill", 150),
    ("batteries", "yes", "recycling", 90),
    ("solvents", "yes", "incineration_with_energy", 40),
)
"""Composition, hazardous, route, kilograms of an average month and hundredth of the group's work."""
SITES = (("HEF", 60), ("SZX", 18), ("CTU", 22))
MATERIAL_FACTORS = (
    ("aluminium", "aluminium"),
    ("steel", "steel_cans"),
    ("plastics", "plastics_average"),
    ("glass", "glass"),
)


def lots() -> Iterator[Row]:
    """Two lots a month."""
    yield "lot", "facility", "received", "category", "mass_kg", "units", "origin", "tolerance", "remark"
    for index, (year, month) in enumerate(MONTHS):
        for category, tonnes, each in CATEGORIES:
            kg = tonnes * 10 * SEASON[index]
            yield (
                _lot(category, year, month),
                "HEF",
                f"{year}-{month:02}-05",
                category,
                kg,
                kg // each,
                "以旧换新",
                "0.002",
                SYNTHETIC,
            )


def custody() -> Iterator[Row]:
    """What the centre hands to the recycler."""
    yield "lot", "day", "giver", "taker", "mass_kg", "document", "remark"
    for category, year, month, kg in _months():
        given = kg - sum(kg * share // 1000 for _, _, share in SHARES)
        document = f"T-{year}{month:02}-{category[0].upper()}"
        yield (
            _lot(category, year, month),
            f"{year}-{month:02}-15",
            "HEF",
            RECYCLER,
            given,
            document,
            SYNTHETIC,
        )


def inspections() -> Iterator[Row]:
    """Three grades of every lot."""
    yield "lot", "day", "grade", "mass_kg", "inspector", "remark"
    for category, year, month, kg in _months():
        day, first = f"{year}-{month:02}-08", kg * 290 // 1000
        for grade, mass in (("A", first), ("B", kg * 90 // 1000), ("C", kg - first - kg * 90 // 1000)):
            yield _lot(category, year, month), day, grade, mass, "检测线 2", SYNTHETIC


def dispositions() -> Iterator[Row]:
    """What became of every lot; energy takes what is left."""
    yield "lot", "day", "outcome", "mass_kg", "recovered_kg", "material", "treated_by", "remark"
    for category, year, month, kg in _months():
        lot, day = _lot(category, year, month), f"{year}-{month:02}-12"
        left = kg
        for outcome, material, share in SHARES:
            mass = kg * share // 1000
            left -= mass
            yield lot, day, outcome, mass, mass, material, "HEF", SYNTHETIC
        day = f"{year}-{month:02}-24"
        for material, share, recovered in MATERIALS:
            mass = kg * share // 1000
            left -= mass
            yield lot, day, "recycle", mass, mass * recovered // 1000, material, RECYCLER, SYNTHETIC
        landfill = kg * LANDFILL // 1000
        for outcome, mass in (("energy", left - landfill), ("landfill", landfill)):
            yield lot, day, outcome, mass, 0, "", RECYCLER, SYNTHETIC


def waste() -> Iterator[Row]:
    """Waste of the three sites, by note."""
    yield (
        "note",
        "facility",
        "day",
        "composition",
        "hazardous",
        "route",
        "mass_kg",
        "on_site",
        "treated_by",
        "remark",
    )
    for index, (year, month) in enumerate(MONTHS):
        day = f"{year}-{month:02}-{monthrange(year, month)[1]}"
        for site, share in SITES:
            for number, (composition, hazardous, route, kg) in enumerate(WASTE, start=1):
                mass = kg * share * SEASON[index] // 1000
                note = f"WN-{site}-{year}{month:02}-{number}"
                yield note, site, day, composition, hazardous, route, mass, "no", "固废公司丁", SYNTHETIC


def credits_() -> Iterator[Row]:
    """One baseline: primary material against closed loop."""
    yield "baseline", "outcome", "material", "replaces", "instead", "share", "method", "remark"
    method = "UK Government GHG Conversion Factors, material use: primary against closed loop; one for one"
    for material, activity in MATERIAL_FACTORS:
        primary, closed = f"material.{activity}.primary", f"material.{activity}.closed_loop"
        yield "materials", "recycle", material, primary, closed, "1", method, SYNTHETIC


def certificates() -> Iterator[Row]:
    """Two certificates, the second too high."""
    yield "certificate", "lot", "issued", "issuer", "received_kg", "recovered_kg", "rate", "remark"
    for category, year, month, kg in _months():
        if (year, month) in {(2022, 4), (2022, 5)} and category == "notebook":
            given = kg - sum(kg * share // 1000 for _, _, share in SHARES)
            found = sum(kg * share // 1000 * part // 1000 for _, share, part in MATERIALS)
            claimed = found + (kg // 100 if month == 5 else 0)
            rate = f"0.{claimed * 10_000 // given:04}"
            number = f"C-{year}{month:02}"
            yield (
                number,
                _lot(category, year, month),
                f"{year}-{month:02}-28",
                RECYCLER,
                given,
                claimed,
                rate,
                SYNTHETIC,
            )


def sales() -> Iterator[Row]:
    """Tonnes sold since 2012."""
    yield "category", "year", "mass_t", "remark"
    for year in range(2012, 2023):
        yield "notebook", year, 3000 + 260 * (year - 2012), SYNTHETIC
        yield "display", year, 1400 + 90 * (year - 2012), SYNTHETIC


TABLES: dict[str, Callable[[], Iterable[Row]]] = {
    "lots": lots,
    "custody": custody,
    "inspections": inspections,
    "dispositions": dispositions,
    "waste": waste,
    "credits": credits_,
    "certificates": certificates,
    "sales": sales,
    "lifetimes": lambda: (
        ("category", "shape", "scale", "source", "remark"),
        ("notebook", "2", "6", "invented", SYNTHETIC),
        ("display", "2.5", "9", "invented", SYNTHETIC),
    ),
    "products": lambda: (
        (
            "product",
            "from_recycled",
            "to_recycling",
            "to_reuse",
            "end_efficiency",
            "feed_efficiency",
            "remark",
        ),
        ("notebook", "0.18", "0.6", "0.1", "0.85", "0.9", SYNTHETIC),
        ("display", "0.1", "0.7", "0.05", "0.88", "0.9", SYNTHETIC),
    ),
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


def _months() -> Iterator[tuple[str, int, int, int]]:
    for index, (year, month) in enumerate(MONTHS):
        for category, tonnes, _ in CATEGORIES:
            yield category, year, month, tonnes * 10 * SEASON[index]


def _lot(category: str, year: int, month: int) -> str:
    return f"R-{category[:2].upper()}-{year}{month:02}"


if __name__ == "__main__":
    for file in write_folder(Path(sys.argv[1])):
        print(file)
