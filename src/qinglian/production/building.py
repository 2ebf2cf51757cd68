"""Rows that were read without a fault → the nouns of the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qinglian.production.hour_table import HourTable, generation, intensities, scaled, tariff
from qinglian.production.intervals import Interval
from qinglian.production.model import (
    SINGLE_STAGE,
    Calendar,
    Crew,
    Eligibility,
    Family,
    Hall,
    Horizon,
    Instance,
    Line,
    Lot,
    Order,
    Pin,
    Power,
    Setup,
)
from qinglian.production.shifts import Pattern, Shift, always, calendar
from qinglian.production.time_of_use import completed

if TYPE_CHECKING:
    from qinglian.ingest.typed_rows import Rows
    from qinglian.production.plant import Plant

WATTS = 1000
START_UP_SHARE = Decimal("0.6")
"""Draw of a start-up as a share of the running power, where none is stated."""

EVERY_HOUR = "*"
"""Calendar of lines that work day and night but for closures."""

Found = Mapping[str, "Rows"]
Row = Mapping[str, Any]


def _sources(plant: Plant) -> dict[str, str]:
    """Name the source of the intensities of each method, as far as it is stated."""
    columns = {"location": "carbon_name", "market": "market_name", "marginal": "marginal_name"}
    return {method: plant.values[column] or "" for method, column in columns.items()}


def build(found: Found, plant: Plant, hours: HourTable, horizon: Horizon, name: str) -> Instance:
    """Return the instance of tables that kept every check."""
    hours = completed(hours, found, plant.values, horizon)
    calendars, of_line = _calendars(found, horizon)
    orders = tuple(_order(row) for row in _rows(found, "orders"))
    currency = plant.values["currency"] or hours.currency or "CNY"
    return Instance(
        horizon=horizon,
        lines=tuple(_line(row, of_line.get(row["line"], "")) for row in _rows(found, "lines")),
        families=_families(found),
        eligibility=tuple(
            Eligibility(row["line"], row["family"], row["rate"], _watts(row["run"]))
            for row in _rows(found, "eligibility")
        ),
        lots=_lots(found),
        setups=tuple(
            Setup(row["group"] or "", row["before"] or "", row["after"], row["minutes"])
            for row in _rows(found, "setups")
        ),
        halls=tuple(
            Hall(row["hall"], _watts(row["base"]) or 0, _watts(row["setback"]) or 0)
            for row in _rows(found, "halls")
        ),
        calendars=calendars,
        crews=tuple(Crew(row["crew"], row["size"], row["groups"] or ("",)) for row in _rows(found, "crews")),
        orders=orders,
        pins=tuple(_pin(row, found) for row in _rows(found, "pins")),
        tariff=tariff(hours, plant.values, currency, horizon),
        intensities=intensities(hours, _sources(plant), horizon),
        generation=generation(hours, horizon),
        minimum_run_minutes=plant.values["minimum_run"],
        name=plant.values["name"] or name,
    )


def _rows(found: Found, name: str) -> list[Row]:
    return list(found[name]) if name in found else []


def _watts(kilowatts: Decimal | None) -> int | None:
    return None if kilowatts is None else scaled(kilowatts, WATTS)


def _line(row: Row, calendar_id: str) -> Line:
    start_up = row["run"] * START_UP_SHARE if row["start_up"] is None else row["start_up"]
    states = {
        "run": row["run"],
        "idle": row["idle"],
        "setup": row["setup"],
        "start_up": start_up,
        "off": row["off"],
    }
    return Line(
        id=row["line"],
        power=Power(**{state: scaled(power, WATTS) for state, power in states.items()}),
        hall=row["hall"] or "",
        stage=row["stage"] or SINGLE_STAGE,
        setup_group=row["setup_group"] or "",
        setup_factor=row["setup_factor"],
        first_setup=row["first_setup"],
        start_up_minutes=row["startup"],
        minimum_off_minutes=row["minimum_off"],
        calendar=calendar_id,
        family=row["family"] or "",
        ready=row["ready"],
        available=row["available"] or 0,
    )


def _families(found: Found) -> tuple[Family, ...]:
    """Return the stated families, else those that any table names, in the order of their names."""
    stated = _rows(found, "families")
    if stated:
        return tuple(
            Family(row["family"], row["stages"] or (SINGLE_STAGE,), row["platform"] or "") for row in stated
        )
    places = (
        ("eligibility", "family"),
        ("lots", "family"),
        ("orders", "family"),
        ("lines", "family"),
        ("setups", "before"),
        ("setups", "after"),
    )
    names = {
        name
        for sheet, column in places
        for name in (found[sheet].cells[column] if sheet in found else ())
        if name
    }
    return tuple(Family(name) for name in sorted(names))


def _order(row: Row) -> Order:
    return Order(
        id=row["order"],
        family=row["family"],
        units=row["units"],
        release=max(0, row["release"] or 0),
        due=row["due"],
        weight=row["weight"],
        deadline=row["deadline"],
        kit=row["kit"] or "",
    )


def _lots(found: Found) -> tuple[Lot, ...]:
    members: dict[str, list[str]] = defaultdict(list)
    for row in _rows(found, "orders"):
        if row["lot"]:
            members[row["lot"]].append(row["order"])
    return tuple(
        Lot(
            id=row["lot"],
            family=row["family"],
            units=row["units"],
            release=max(0, row["release"] or 0),
            due=row["due"],
            weight=row["weight"],
            deadline=row["deadline"],
            orders=tuple(members.get(row["lot"], ())),
        )
        for row in _rows(found, "lots")
    )


def _pin(row: Row, found: Found) -> Pin:
    lines = found["lines"]
    stages = dict(zip(lines.cells["line"], lines.cells["stage"], strict=True))
    return Pin(row["lot"], row["line"], row["start"], row["stage"] or stages[row["line"]] or SINGLE_STAGE)


def _calendars(found: Found, horizon: Horizon) -> tuple[tuple[Calendar, ...], dict[str, str]]:
    """Return calendars, and which one each line works by; lines of the same closures share one."""
    patterns = _patterns(found)
    closures = _rows(found, "closures")
    calendars: dict[str, Calendar] = {}
    of_line: dict[str, str] = {}
    for row in _rows(found, "lines"):
        line, own = row["line"], row["calendar"] or ""
        special = [_interval(item) for item in closures if item["line"] == line]
        general = [
            _interval(item) for item in closures if not item["line"] and item["calendar"] in (None, own)
        ]
        if not own and not special and not general:
            continue
        name = f"{own or EVERY_HOUR}/{line}" if special else own or EVERY_HOUR
        of_line[line] = name
        if name not in calendars:
            closed = [*special, *general]
            calendars[name] = (
                calendar(Pattern(name, *patterns[own]), horizon, closed)
                if own
                else always(name, horizon, closed)
            )
    return tuple(calendars[name] for name in sorted(calendars)), of_line


def _interval(row: Row) -> Interval:
    return row["start"], row["end"]


def _patterns(found: Found) -> dict[str, tuple[tuple[Shift, ...], tuple[Shift, ...], bool]]:
    shifts: dict[str, list[Shift]] = defaultdict(list)
    breaks: dict[str, list[Shift]] = defaultdict(list)
    resumable: dict[str, bool] = {}
    for row in _rows(found, "shifts"):
        shifts[row["calendar"]].append(
            Shift(row["days"], row["opens"], row["closes"], row["first"], row["last"])
        )
        resumable[row["calendar"]] = row["resumable"]
    for row in _rows(found, "breaks"):
        breaks[row["calendar"]].append(Shift(row["days"], row["opens"], row["closes"]))
    return {name: (tuple(shifts[name]), tuple(breaks[name]), resumable[name]) for name in shifts}
