"""Write the activity files of a SYNTHETIC laptop maker: seeded, deterministic, the same bytes everywhere.

Nobody measured these numbers. Their sizes are scaled from cited public figures so that the demonstration
has the proportions of the real thing (see ``examples/laptop-maker/README.md``). Each draw is the SHA-256 of
seed and key, so no draw depends on another, on the order of the draws or on a version of Python.

Headers, units and encodings of the files differ on purpose, as those of real companies do.
"""

from __future__ import annotations

import csv
import io
import sys
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from importlib import resources
from pathlib import Path

SEED = "qinglian-2022"
SYNTHETIC = "SYNTHETIC 合成数据"
LINES = 43
MONTHS = tuple((2022 + (month > 12), (month - 1) % 12 + 1) for month in range(4, 16))
SEASON = (98, 100, 106, 112, 111, 104, 101, 103, 107, 93, 84, 108)  # percent of the mean, April to March
"""The Spring Festival is in January 2023, summers are cooled."""

Row = Sequence[object]

ENGLISH = ("facility", "activity", "start", "end", "quantity", "unit", "source", "reference")
CHINESE = ("设施", "活动", "开始日期", "结束日期", "数量", "单位", "数据来源", "凭证号")


def draw(key: str, low: int, high: int) -> int:
    """Draw a whole number from ``low`` to ``high``, both included."""
    digest = sha256(f"{SEED}/{key}".encode()).digest()
    return low + int.from_bytes(digest[:8], "big") % (high - low + 1)


def around(key: str, mean: int, percent: int = 8) -> int:
    """Draw a whole number within so many percent of a mean."""
    return mean * draw(key, 1000 - 10 * percent, 1000 + 10 * percent) // 1000


def decimals(value: int, places: int) -> str:
    """Write ``value / 10**places`` without floating point."""
    whole, part = divmod(value, 10**places)
    return f"{whole}.{part:0{places}d}"


def _month(year: int, month: int) -> tuple[str, str]:
    return f"{year}-{month:02d}-01", f"{year}-{month:02d}-{monthrange(year, month)[1]}"


def _months() -> Iterator[tuple[str, str, str, int]]:
    """Give tag, first day, last day and seasonal percentage of each month of the fiscal year."""
    for (year, month), season in zip(MONTHS, SEASON, strict=True):
        yield f"{year}{month:02d}", *_month(year, month), season


FACILITIES: tuple[Row, ...] = (
    ("code", "name", "place", "note"),
    ("HEF", "合肥笔记本工厂 Hefei laptop factory", "CN-AH", f"43 production lines; {SYNTHETIC}"),
    ("SZX", "深圳工厂 Shenzhen factory", "CN-GD", SYNTHETIC),
    ("CTU", "成都工厂 Chengdu factory", "CN-SC", SYNTHETIC),
)


def electricity_hefei() -> Iterator[Row]:
    """Sub-meters of the 43 lines in kWh, the utilities' meter in 万千瓦时."""
    yield (*CHINESE, "数量依据", "备注")
    for tag, start, end, season in _months():
        for line in range(1, LINES + 1):
            kwh = around(f"line{line}", 230_000, 25) * season // 100
            kwh = around(f"line{line}/{tag}", kwh, 5)
            yield (
                "HEF",
                "electricity.purchased",
                start,
                end,
                kwh,
                "kWh",
                f"L{line:02d}",
                "",
                "metered",
                SYNTHETIC,
            )
        public = around(f"utilities/{tag}", 33_600 * season, 4) // 100
        amount = decimals(public, 2)
        yield (
            "HEF",
            "electricity.purchased",
            start,
            end,
            amount,
            "万千瓦时",
            "公辅",
            f"皖电{tag}",
            "invoiced",
            SYNTHETIC,
        )


def electricity_other() -> Iterator[Row]:
    """Return monthly bills of the other two sites, in MWh."""
    yield (*ENGLISH, "quantity_basis", "note")
    for tag, start, end, season in _months():
        for site, meters, mwh in (("SZX", 6, 1250), ("CTU", 5, 2000)):
            for meter in range(1, meters + 1):
                tenths = around(f"{site}/{meter}/{tag}", mwh * season // 10)
                yield (
                    site,
                    "electricity.purchased",
                    start,
                    end,
                    decimals(tenths, 1),
                    "MWh",
                    f"{site}-M{meter}",
                    f"BILL-{site}-{meter}-{tag}",
                    "invoiced",
                    SYNTHETIC,
                )


def solar() -> Iterator[Row]:
    """Roof photovoltaics, used on site."""
    yield (*CHINESE, "备注")
    for tag, start, end, _ in _months():
        for site, mwh in (("HEF", 450), ("CTU", 190)):
            yield (
                site,
                "electricity.onsite_renewable",
                start,
                end,
                around(f"pv/{site}/{tag}", mwh, 20),
                "MWh",
                f"{site}-PV",
                tag,
                SYNTHETIC,
            )


def fuels() -> Iterator[Row]:
    """Natural gas of boilers and canteens, diesel of generators, petrol and diesel of own vehicles."""
    yield (*ENGLISH, "quantity_basis", "note")
    streams = (
        ("HEF", "fuel.stationary.natural_gas", 42_000, "Nm3", "gas-main"),
        ("SZX", "fuel.stationary.natural_gas", 9_500, "Nm3", "gas-main"),
        ("CTU", "fuel.stationary.natural_gas", 14_000, "Nm3", "gas-main"),
        ("HEF", "fuel.stationary.diesel", 1_900, "kg", "generators"),
        ("CTU", "fuel.stationary.diesel", 700, "kg", "generators"),
        ("HEF", "fuel.mobile.diesel", 6_200, "kg", "fleet-card"),
        ("HEF", "fuel.mobile.gasoline", 3_100, "kg", "fleet-card"),
        ("SZX", "fuel.mobile.gasoline", 2_400, "kg", "fleet-card"),
    )
    for tag, start, end, _ in _months():
        for site, activity, mean, unit, account in streams:
            amount = around(f"{site}/{activity}/{tag}", mean, 15)
            yield site, activity, start, end, amount, unit, account, f"INV-{tag}", "invoiced", SYNTHETIC


def refrigerants() -> Iterator[Row]:
    """Top-ups of refrigeration and switchgear, from service notes."""
    yield (*CHINESE, "备注")
    tops = (("HEF", "R-410A", 210), ("HEF", "HFC-134a", 160), ("SZX", "R-410A", 90), ("CTU", "R-410A", 75))
    for tag, start, end, _ in list(_months())[2::3]:
        for site, gas, tenths in tops:
            kg = decimals(around(f"{site}/{gas}/{tag}", tenths, 30), 1)
            yield site, f"fugitive.{gas}", start, end, kg, "kg", "制冷维保", f"WX{tag}", SYNTHETIC
        sf6 = decimals(draw(f"sf6/{tag}", 2, 9), 1)
        yield "HEF", "fugitive.SF6", start, end, sf6, "kg", "开关柜", f"WX{tag}", SYNTHETIC


CERTIFICATES: tuple[Row, ...] = (
    (
        "kind",
        "serial",
        "amount",
        "unit",
        "vintage_start",
        "vintage_end",
        "market",
        "facility",
        "factor",
        "retired_for",
        "note",
    ),
    *(
        (
            "GEC",
            f"SYNTH-GEC-2022-{n:03d}",
            amount,
            "MWh",
            start,
            end,
            "grid:CN",
            facility,
            "0",
            "Synthetic Laptop Maker FY2022",
            SYNTHETIC,
        )
        for n, (amount, start, end, facility) in enumerate(
            (
                (12_000, "2022-04-01", "2022-07-01", "HEF"),
                (15_000, "2022-07-01", "2022-10-01", "HEF"),
                (18_000, "2022-01-01", "2023-01-01", ""),
                (9_000, "2023-01-01", "2023-04-01", ""),
                (6_000, "2022-10-01", "2023-01-01", "SZX"),
            ),
            start=1,
        )
    ),
)

TABLES: dict[str, Callable[[], Iterable[Row]]] = {
    "facilities.csv": lambda: FACILITIES,
    "production/用电-合肥.csv": electricity_hefei,
    "production/electricity-other-sites.csv": electricity_other,
    "production/光伏.csv": solar,
    "production/fuels.csv": fuels,
    "production/制冷剂.csv": refrigerants,
    "certificates.csv": lambda: CERTIFICATES,
}
"""What each file holds; the folder is the dimension."""

GB18030 = frozenset({"production/制冷剂.csv"})
"""Files in the encoding older Chinese office software writes."""

CLAIMS = "claims.toml"

ACTIVITY_FILES = tuple(name for name in TABLES if "/" in name)


def content(name: str) -> bytes:
    """Return the bytes of one file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(TABLES[name]())
    return text.getvalue().encode("gb18030" if name in GB18030 else "utf-8")


def write_files(folder: Path) -> list[Path]:
    """Write all files below a folder; files with the same names are replaced."""
    written = []
    for name in TABLES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(name))
        written.append(path)
    claims = folder / CLAIMS
    claims.write_bytes((resources.files("qinglian.demo") / CLAIMS).read_bytes())
    return [*written, claims]


if __name__ == "__main__":
    for file in write_files(Path(sys.argv[1])):
        print(file)
