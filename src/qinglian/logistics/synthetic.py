"""Write the logistics folder of a SYNTHETIC laptop maker: whole-number arithmetic, the same bytes everywhere.

Nobody measured these numbers. Tonne-kilometres are of the order of the example's freight file; lanes,
distances and the diesel of the local carrier are invented. One statement of a carrier is wrong on purpose: it
leaves the fuel's supply out. ``python -m qinglian.logistics.synthetic FOLDER`` writes the folder.
"""

from __future__ import annotations

import csv
import io
import sys
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SYNTHETIC = "SYNTHETIC 合成数据"
Row = Sequence[object]

MONTHS = tuple((2022 + (month > 12), (month - 1) % 12 + 1) for month in range(4, 16))
SEASON = (98, 100, 106, 112, 111, 104, 101, 103, 107, 93, 84, 108)  # percent of the mean, April to March
TKM = {"sea": 26_000_000, "road": 4_800_000, "rail": 9_000_000, "air": 2_300_000, "local": 1_100_000}
TKM |= {"dealers": 900_000}
"""Tonne-kilometres of an average month, all sites; the road legs of exports are part of the road."""
AFTER_SEA_KM, LOCAL_KM, DEALERS_KM = 450, 60, 250
DIESEL_G_A_TKM = 34
"""Of the local carrier, empty trips included."""


@dataclass(frozen=True)
class Site:
    """A factory with its share of the freight in percent, and where its lanes lead."""

    code: str
    home: str
    share: int
    supplier: tuple[str, int]
    port: tuple[str, int, int]
    airport: tuple[str, int]
    rail: tuple[str, int]

    def mass(self, kind: str, season: int, km: int) -> int:
        """Kilograms that make this site's tonne-kilometres of a kind over so many kilometres."""
        return TKM[kind] * season * self.share // (10 * km)


SITES = (
    Site(
        "HEF", "Hefei", 55, ("Suzhou", 410), ("Yangshan", 470, 19_531), ("PVG", 8_840), ("Guangzhou", 1_254)
    ),
    Site(
        "SZX", "Shenzhen", 25, ("Dongguan", 85), ("Yantian", 38, 18_234), ("HKG", 9_165), ("Chongqing", 1_668)
    ),
    Site(
        "CTU", "Chengdu", 20, ("Chongqing", 312), ("Yangshan", 1_985, 19_531), ("PVG", 8_840), ("Xian", 842)
    ),
)

SHIPMENT = ("shipment", "facility", "start", "end", "mass_kg", "direction", "paid_by", "incoterm", "product")
ELEMENT = ("shipment", "element", "position", "toc", "from", "to", "distance_km", "distance_kind")
CLAIMS = ("claimed_wtw_kg", "claimed_ttw_kg")
NOTHING = ("", "")
Ends = tuple[str, str]


@dataclass(frozen=True)
class Sent:
    """A shipment with its elements, as rows."""

    shipment: Row
    elements: tuple[Row, ...]


def sent() -> Iterator[Sent]:
    """Shipments by month and site: exports by sea and air, rail, inbound road, local road, dealers."""
    for (year, month), season in zip(MONTHS, SEASON, strict=True):
        days = f"{year}-{month:02d}-01", f"{year}-{month:02d}-{monthrange(year, month)[1]}"
        for site in SITES:
            claimed = site.code == "HEF" and (year, month) == MONTHS[0]
            yield from _exports(site, days, season, claimed)
            yield from _others(site, days, season)


def _exports(site: Site, days: Ends, season: int, claimed: bool) -> Iterator[Sent]:
    port, to_port, by_sea = site.port
    sea = site.mass("sea", season, by_sea)
    said = _said(sea, by_sea, (1553, 1266)) if claimed else NOTHING
    legs = (
        ("ROAD-40T", site.home, port, to_port, "actual", *NOTHING),
        ("SEA-8000", port, "Rotterdam", by_sea, "actual", *said),
        ("ROAD-40T", "Rotterdam", "Frankfurt", AFTER_SEA_KM, "actual", *NOTHING),
    )
    yield _sent("EU", site, days, sea, ("out", "us", "DAP", "notebook"), legs)
    airport, far = site.airport
    air = site.mass("air", season, far)
    said = (
        (_said(air, far, (53130, 0))[0], "") if claimed else NOTHING
    )  # 0.53130 is without the fuel's supply
    way = (("out", "us", "CIP", "notebook"), (("AIR-LONG", airport, "FRA", far, "gcd", *said),))
    yield _sent("AIR", site, days, air, *way)


def _others(site: Site, days: Ends, season: int) -> Iterator[Sent]:
    place, km = site.rail
    legs = (("RAIL", site.home, place, km, "actual", *NOTHING),)
    yield _sent("RAIL", site, days, site.mass("rail", season, km), ("out", "us", "", "notebook"), legs)
    place, km = site.supplier
    road = site.mass("road", season, km) - _road_of_exports(site, season) // km
    legs = (("ROAD-40T", place, site.home, km, "actual", *NOTHING),)
    yield _sent("IN", site, days, road, ("in", "us", "", "components"), legs)
    legs = (("LOCAL-18T", f"{site.home} depot", site.home, LOCAL_KM, "actual", *NOTHING),)
    local = site.mass("local", season, LOCAL_KM)
    yield _sent("LOCAL", site, days, local, ("in", "us", "", "components"), legs)
    legs = (("ROAD-AVG", site.home, f"{site.home} dealers", DEALERS_KM, "actual", *NOTHING),)
    dealers = site.mass("dealers", season, DEALERS_KM)
    yield _sent("DEALER", site, days, dealers, ("out", "other", "EXW", "notebook"), legs)


def _road_of_exports(site: Site, season: int) -> int:
    """Kilogram-kilometres."""
    _, to_port, by_sea = site.port
    return site.mass("sea", season, by_sea) * (to_port + AFTER_SEA_KM)


def _said(kg: int, km: int, per_tkm: tuple[int, int]) -> tuple[str, str]:
    """Kilograms of CO2e to a tenth, at hundred-thousandths of a kilogram per tonne-kilometre."""
    tenths = [kg * km * rate // 10**7 for rate in per_tkm]
    return f"{tenths[0] // 10}.{tenths[0] % 10}", f"{tenths[1] // 10}.{tenths[1] % 10}"


def _sent(name: str, site: Site, days: Ends, kg: int, trade: Row, legs: Iterable[Row]) -> Sent:
    number = f"{name}-{site.code}-{days[0][:4]}{days[0][5:7]}"
    *terms, product = trade
    shipment = (number, site.code, *days, kg, *terms, f"{product} {SYNTHETIC}")
    elements = tuple((number, place, place, *leg) for place, leg in enumerate(legs, start=1))
    return Sent(shipment, elements)


def _diesel() -> tuple[str, str]:
    """Activity of the local carrier in tonne-kilometres, and its diesel in tonnes to a tenth."""
    masses = (site.mass("local", season, LOCAL_KM) for season in SEASON for site in SITES)
    kg_km = sum(masses) * LOCAL_KM
    tenths = kg_km * DIESEL_G_A_TKM // 10**8
    return f"{kg_km // 1000}.{kg_km % 1000:03d}", f"{tenths // 10}.{tenths % 10}"


def tables() -> dict[str, tuple[Row, ...]]:
    """Every table by name, the header first."""
    activity, diesel = _diesel()
    all_sent = tuple(sent())
    head = (
        "toc",
        "mode",
        "tier",
        "distance_kind",
        "carrier",
        "factor",
        "activity_tkm",
        "start",
        "end",
        "source",
    )
    default = ("", "", "", SYNTHETIC)
    cited = "diesel: NDRC guidelines, CO2 only (pack cn-fuels); UK Government 2025 upstream (pack uk-defra)"
    return {
        "carriers": (
            ("carrier", "title", "own"),
            ("C-ROAD", f"Long-haul road {SYNTHETIC}", "no"),
            ("C-LOCAL", f"Local road {SYNTHETIC}", "no"),
            ("C-RAIL", f"Rail {SYNTHETIC}", "no"),
            ("C-SEA", f"Container line {SYNTHETIC}", "no"),
            ("C-AIR", f"Air freight {SYNTHETIC}", "no"),
        ),
        "tocs": (
            head,
            ("ROAD-40T", "road", "default", "actual", "C-ROAD", "road.artic_gt33t", *default),
            ("ROAD-AVG", "road", "default", "actual", "C-LOCAL", "road.hgv_average", *default),
            ("RAIL", "rail", "default", "actual", "C-RAIL", "rail.train", *default),
            ("SEA-8000", "sea", "default", "actual", "C-SEA", "sea.container_8000teu", *default),
            ("AIR-LONG", "air", "default", "gcd", "C-AIR", "air.long_haul", *default),
            (
                *("LOCAL-18T", "road", "primary", "actual", "C-LOCAL", "", activity),
                *("2022-04-01", "2023-03-31", f"fuel cards of C-LOCAL, empty trips included; {SYNTHETIC}"),
            ),
        ),
        "energy": (
            (
                *("operation", "energy_carrier", "feedstock", "quantity", "unit"),
                *("ttw_per_unit", "wtt_per_unit", "source"),
            ),
            (
                *("LOCAL-18T", "diesel", "fossil", diesel, "t", "3145.12", "752.0276"),
                f"{cited}; quantity {SYNTHETIC}",
            ),
        ),
        "shipments": (SHIPMENT, *(one.shipment for one in all_sent)),
        "elements": ((*ELEMENT, *CLAIMS), *(row for one in all_sent for row in one.elements)),
        "trips": (
            ("trip", "vehicle", "distance_km", "load_t", "payload_t"),
            (f"T-1 out {SYNTHETIC}", "road.artic_gt33t", 470, "17.4", 24),
            (f"T-1 back {SYNTHETIC}", "road.artic_gt33t", 470, 0, 24),
        ),
    }


def write_folder(folder: Path) -> list[Path]:
    """Write the tables into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{name}.csv": rows for name, rows in tables().items()}
    for path, rows in files.items():
        path.write_bytes(_csv(rows))
    return list(files)


def _csv(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


if __name__ == "__main__":
    for file in write_folder(Path(sys.argv[1])):
        print(file)
