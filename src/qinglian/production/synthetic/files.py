"""Synthetic weeks of a laptop factory, as folders that the reader reads: everything in them is invented.

Only the scale follows public figures of one large plant (43 lines, 8,000 orders a day, most of them under
five units). Drawn in whole numbers, so a seed gives the same bytes everywhere.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from qinglian.ingest.atomic_files import write_atomically
from qinglian.production.synthetic.demand import Demand, draw_lots, draw_orders
from qinglian.production.synthetic.draws import Draws
from qinglian.production.synthetic.plant import Plant, draw_plant
from qinglian.production.synthetic.week import Week

Table = Sequence[Sequence[object]]

WEEK = 10_080
_RATE = 100_000  # minutes of a unit are drawn in hundred-thousandths
_PRICES = (35,) * 8 + (105,) * 4 + (68,) * 5 + (105,) * 4 + (68,) + (35,) * 2
_SUN = (0,) * 6 + (5, 18, 38, 62, 82, 95, 100, 94, 80, 58, 34, 14, 3) + (0,) * 5


def write_week(week: Week, folder: Path) -> Path:
    """Write a week into a folder, which is made; return the folder.

    Raises
    ------
    QinglianError
        ``ingest.file_unwritable``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in week_files(week).items():
        write_atomically(folder / name, content)
    return folder


def week_files(week: Week) -> dict[str, bytes]:
    """Return the files of a week by name."""
    draws = Draws(week.seed)
    plant = draw_plant(week, draws)
    demand = draw_orders(week, plant, draws) if week.orders else draw_lots(week, plant, draws)
    tables: dict[str, Table] = {
        "lines": _lines(plant),
        "families": _families(plant),
        "eligibility": _eligibility(plant, demand),
        "setups": _setups(week, plant, draws),
        "hours": _hours(week, draws),
        ("orders" if week.orders else "lots"): _demand(week, demand),
    }
    tables |= _optional(week, plant, draws)
    files = {f"{name}.csv": _csv(table) for name, table in tables.items()}
    files["plant.toml"] = _settings(week).encode()
    return files | {"README.md": f"# {week.name}\nA synthetic week: every figure is invented.\n".encode()}


def _csv(table: Table) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(table)
    return stream.getvalue().encode()


def _settings(week: Week) -> str:
    values: Mapping[str, str] = {
        "name": f"synthetic {week.name}",
        "zone": week.zone,
        "start": f"{week.start} 00:00",
        "horizon_d": "7",
        "demand_charge_CNY_per_kW": "38" if week.halls else "0",
        "feed_in_CNY_per_kWh": "0.38" if week.halls else "0",
        "carbon_name": "invented hourly average of a grid",
    }
    return "".join(f'{key} = "{value}"\n' for key, value in values.items())


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _lines(plant: Plant) -> Table:
    header = ("line", "hall", "stage", "setup_group", "setup_factor", "run_kW", "idle_kW", "setup_kW")
    rows: list[Sequence[object]] = [(*header, "startup_min", "calendar", "ready")]
    for line in plant.lines:
        factor = f"{line.setup_percent // 100}.{line.setup_percent % 100:02d}"
        power = (_tenths(line.run), _tenths(line.idle), _tenths(line.setup))
        ready = "yes" if line.ready else "no"
        place = (line.name, line.hall, line.stage, line.group)
        rows.append((*place, factor, *power, line.start_up, line.calendar, ready))
    return rows


def _families(plant: Plant) -> Table:
    rows = [(family.name, family.platform, " > ".join(family.stages)) for family in plant.families]
    return [("family", "platform", "stages"), *rows]


def _eligibility(plant: Plant, demand: Demand) -> Table:
    """Write minutes of a unit so that all work is the load that was asked for."""
    rows: list[Sequence[object]] = [("line", "family", "min_per_unit")]
    for (line, family), rate in plant.rates.items():
        scaled = max(1, rate * demand.scale_numerator // demand.scale_denominator)
        rows.append((line, family, f"{scaled // _RATE}.{scaled % _RATE:05d}"))
    return rows


def _setups(week: Week, plant: Plant, draws: Draws) -> Table:
    rows: list[Sequence[object]] = [("setup_group", "from_family", "to_family", "base_min")]
    for group in ("A", "B") if week.crews else ("",):
        for before in plant.families:
            for after in plant.families:
                if before is not after:
                    near = before.platform == after.platform
                    minutes = draws.between(50, 150) if near else draws.between(200, 600)
                    rows.append((group, before.name, after.name, _tenths(minutes)))
    return rows


def _hours(week: Week, draws: Draws) -> Table:
    header = ["hour", "price_CNY_per_kWh", "grid_kgCO2_per_kWh"] + (["generation_kW"] if week.halls else [])
    rows: list[Sequence[object]] = [header]
    for hour in range(7 * 24 + 8):
        clock = hour % 24
        grams = 6200 - 6 * _SUN[clock] + draws.between(-200, 200)
        sun = _SUN[clock] * week.halls * 3 * draws.between(60, 100) // 100
        price = f"0.{_PRICES[clock]:02d}" if _PRICES[clock] < 100 else f"1.{_PRICES[clock] - 100:02d}"
        rows.append([hour, price, f"0.{grams:04d}"] + ([sun] if week.halls else []))
    return rows


def _demand(week: Week, demand: Demand) -> Table:
    header = ("order" if week.orders else "lot", "family", "units", "release", "due", "weight")
    rows: list[Sequence[object]] = [(*header, "kit") if week.orders else header]
    for item in demand.items:
        times = (_local(week, item.release_hour), _local(week, item.due_hour))
        kit = (item.kit,) if week.orders else ()
        rows.append((item.name, item.family, item.units, *times, item.weight, *kit))
    return rows


def _local(week: Week, hour: int) -> str:
    days, clock = divmod(hour, 24)
    return f"{week.start + timedelta(days=days)} {clock:02d}:00"


def _optional(week: Week, plant: Plant, draws: Draws) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    if week.halls:
        halls = [(f"H{number + 1}", draws.between(60, 150)) for number in range(week.halls)]
        tables["halls"] = [("hall", "base_kW", "setback_kW"), *((hall, kw, kw // 5) for hall, kw in halls)]
    if week.crews:
        size = max(1, week.lines // 12)
        tables["crews"] = [("crew", "size", "groups"), ("C1", size, "A"), ("C2", size, "B")]
    if week.shifts:
        tables["shifts"] = [
            ("calendar", "days", "from", "to", "resumable"),
            ("three-shift", "daily", "00:00", "24:00", "yes"),
            ("two-shift", "Mon-Sat", "08:00", "24:00", "yes"),
            ("day", "Mon-Sat", "07:30", "21:30", "no"),
        ]
        tables["breaks"] = [
            ("calendar", "days", "from", "to"),
            ("two-shift", "daily", "12:00", "12:45"),
            ("two-shift", "daily", "18:00", "18:30"),
        ]
        tables["closures"] = [("line", "start", "end", "reason"), *_maintenance(week, plant, draws)]
    return tables


def _maintenance(week: Week, plant: Plant, draws: Draws) -> Table:
    rows = []
    for line in plant.lines:
        if draws.percent(15):
            hour = 24 * draws.between(0, 5) + draws.between(9, 13)
            rows.append((line.name, _local(week, hour), _local(week, hour + 4), "maintenance"))
    return rows
