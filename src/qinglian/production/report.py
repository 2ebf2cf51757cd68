"""Tables and figures of a verified plan, as data: what a planner reads first, load, power, late lots."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.ingest.local_time import local_text
from qinglian.present.figures import Bar, Bars, Cell, Column, Curve, Curves, Heatmap, Table
from qinglian.production.lots import served
from qinglian.production.timescale import moment, time_axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan
    from qinglian.production.verify import Verification

SHOWN_LATE = 40
HOURS_A_ROW = 24


def figures_table(plans: Mapping[str, Verification], title: str = "") -> Table:
    """Return the figures of plans side by side; of two plans, also the change between them."""
    names, found = list(plans), list(plans.values())
    rows = []
    for name, unit, values in _figures(found):
        cells: list[Cell] = [text(f"production.{name}"), unit, *values]
        if len(found) == 2:
            cells += _change(values)
        rows.append(tuple(cells))
    columns = [Column(title or text("production.report_figure")), Column(text("production.report_unit"))]
    columns += [Column(name, kind="quantity") for name in names]
    if len(found) == 2:
        columns.append(Column(text("production.report_change"), kind="quantity"))
        columns.append(Column(text("production.report_share"), kind="share", digits=3))
    return Table("", tuple(columns), tuple(rows), _named(found[0]) if found else ())


def _change(values: list[Cell]) -> list[Cell]:
    first, second = values
    if first is None or second is None:
        return [None, None]
    before, after = Fraction(first), Fraction(second)
    return [after - before, (after - before) / before if before else None]


def _figures(found: list[Verification]) -> Iterator[tuple[str, str, list[Cell]]]:
    """Yield text key, unit and one value per plan."""
    money = found[0].instance.tariff.currency if found and found[0].instance.tariff else ""
    minutes, kwh = text("production.unit_min"), "kWh"
    yield "kpi_violations", "", [len(v.violations) for v in found]
    yield "kpi_lots_on_time", "", [v.kpis.lots_on_time for v in found]
    yield "kpi_fulfilment", "%", [v.kpis.fulfilment * 100 for v in found]
    yield "kpi_late_lots", "", [v.kpis.tardy_lots for v in found]
    yield "kpi_tardiness", minutes, [v.kpis.weighted_tardiness for v in found]
    yield "kpi_setups", "", [v.kpis.setups for v in found]
    yield "kpi_setup_minutes", minutes, [v.kpis.setup_minutes for v in found]
    yield "kpi_core", "", [v.kpis.core for v in found]
    yield "kpi_utilisation", "%", [v.kpis.mean_utilisation * 100 for v in found]
    yield "kpi_idle_share", "%", [v.kpis.idle_share * 100 for v in found]
    yield "kpi_makespan", "h", [Fraction(v.kpis.makespan, 60) for v in found]
    yield "kpi_used", kwh, [v.energy.used_kwh for v in found]
    for state in ("run", "setup", "idle", "start_up", "base"):
        yield f"state_{state}", kwh, [Fraction(v.energy.by_state()[state], 60_000) for v in found]
    yield "kpi_bought", kwh, [v.energy.bought_kwh for v in found]
    yield "kpi_peak", "kW", [v.peak_kw for v in found]
    if money:
        yield "kpi_cost", money, [v.cost for v in found]
        if found[0].instance.tariff is not None and found[0].instance.tariff.demand:
            yield "kpi_demand", money, [v.demand_charge for v in found]
    for place, item in enumerate(found[0].carbon if found else ()):
        yield f"kpi_carbon_{item.method}", "kg CO2e", [v.carbon[place].kg for v in found]


def _named(found: Verification) -> tuple[str, ...]:
    """Name the intensities: a number of CO2e without its source is no number."""
    return tuple(
        text(
            "production.report_intensity", method=text(f"production.kpi_carbon_{item.method}"), name=item.name
        )
        for item in found.carbon
    )


def late_table(found: Verification, most: int = SHOWN_LATE, causes: Mapping[str, str] | None = None) -> Table:
    """Return the late lots, those that weigh most first; `causes` says why, by lot."""
    instance = found.instance
    last = {task.lot: task for task in sorted(found.plan.tasks, key=lambda task: task.end)}
    ordered = sorted(
        found.kpis.late.items(), key=lambda item: (-item[1] * instance.lot_of[item[0]].weight, item[0])
    )
    rows = []
    for name, minutes in ordered[:most]:
        lot, task = instance.lot_of[name], last.get(name)
        end = text("production.report_unplanned") if task is None else moment(instance, task.end)
        line = "" if task is None else task.line
        cells: tuple[Cell, ...] = (name, lot.family, lot.units, line, moment(instance, lot.due), end)
        rows.append((*cells, minutes, lot.weight, (causes or {}).get(name, "")))
    keys = ("lot", "family", "units", "line", "due", "end", "late", "weight", "cause")
    numbers = {"units", "late", "weight"}
    columns = tuple(
        Column(text(f"production.column_{key}"), kind="quantity" if key in numbers else "text")
        for key in keys
    )
    more = len(ordered) - most
    notes = (text("production.report_more", count=more),) if more > 0 else ()
    return Table(text("production.report_late"), columns, tuple(rows), notes)


def line_load(found: Verification) -> Bars:
    """Share of each line's open minutes in run or setup."""
    shares = found.kpis.utilisation
    bars = tuple(Bar(line.id, Fraction(shares[line.id]) * 100) for line in found.instance.lines)
    return Bars(text("production.report_load"), "%", bars)


def power_curves(plans: Mapping[str, Verification]) -> Curves:
    """Mean draw of the site by hour: of each plan what lines and halls use, net of own generation."""
    longest = max(plans.values(), key=lambda found: found.energy.minutes)
    curves = tuple(Curve(name, _mean_kw(found)) for name, found in plans.items())
    return Curves(
        text("production.report_power"),
        "kW",
        curves,
        time_axis(longest.instance, longest.energy.minutes),
        60,
        _hours(longest),
    )


def load_heatmap(found: Verification) -> Heatmap:
    """Mean draw of the site by hour of the plan, a row of 24 hours after another from its start."""
    kilowatts, times = _mean_kw(found), _hours(found)
    starts = range(0, len(kilowatts), HOURS_A_ROW)
    lines = tuple(
        tuple(kilowatts[at + hour] if at + hour < len(kilowatts) else None for hour in range(HOURS_A_ROW))
        for at in starts
    )
    columns = tuple(f"+{hour}" for hour in range(HOURS_A_ROW))
    rows = tuple(times[at] for at in starts)
    return Heatmap(text("production.report_load_by_hour"), "kW", rows, columns, lines)


def _mean_kw(found: Verification) -> tuple[Fraction, ...]:
    hours = zip(found.energy.bought, found.energy.fed_in, strict=True)
    return tuple(Fraction(bought - fed, 60_000) for bought, fed in hours)


def _hours(found: Verification) -> tuple[str, ...]:
    return tuple(
        local_text(found.instance.horizon.start, 60 * hour, found.instance.horizon.zone)
        for hour in range(len(found.energy.bought))
    )


def price_curves(found: Verification) -> tuple[Curves, ...]:
    """Tariff and intensities by hour, on the same axis as the power."""
    instance, hours = found.instance, len(found.energy.bought)
    axis, times = time_axis(instance, found.energy.minutes), _hours(found)
    curves = []
    if instance.tariff is not None:
        prices = tuple(Fraction(price, 1_000_000) for price in instance.tariff.prices[:hours])
        unit = f"{instance.tariff.currency}/kWh"
        title = text("production.report_tariff")
        curves.append(Curves(title, unit, (Curve(title, prices),), axis, 60, times))
    if instance.intensities:
        lines = tuple(
            Curve(
                f"{text(f'production.kpi_carbon_{item.method}')} · {item.name}",
                tuple(Fraction(value, 1000) for value in item.milligrams[:hours]),
            )
            for item in instance.intensities
        )
        title = text("production.report_carbon")
        notes = _named(found) if len(lines) == 1 else ()
        curves.append(Curves(title, "g CO2e/kWh", lines, axis, 60, times, notes))
    return tuple(curves)


def objective_table(found: Verification, objective: Objective, released: Plan | None = None) -> Table:
    """Return the terms of an objective."""
    value = found.evaluate(objective, released)
    rows = [(text(f"production.term_{name}"), amount) for name, amount in value.terms.items() if amount]
    rows.append((text("production.term_total"), value.total))
    return Table(
        text("production.report_objective"),
        (Column(""), Column("", kind="quantity")),
        tuple(rows),
    )


def orders_table(found: Verification, names: Iterable[str] | None = None) -> Table:
    """Follow orders to their lot, end and lateness; all of them, or the named ones."""
    instance = found.instance
    wanted = None if names is None else set(names)
    rows = tuple(
        (
            row.order.id,
            row.order.family,
            row.order.units,
            row.lot,
            moment(instance, row.order.due),
            None if row.end is None else moment(instance, row.end),
            row.late,
        )
        for row in served(instance, found.plan)
        if wanted is None or row.order.id in wanted
    )
    keys = ("order", "family", "units", "lot", "due", "end", "late")
    columns = tuple(
        Column(text(f"production.column_{key}"), kind="quantity" if key in {"units", "late"} else "text")
        for key in keys
    )
    return Table(text("production.report_orders"), columns, rows)
