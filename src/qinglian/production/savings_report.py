"""Savings as tables: by cause between two plans, and claims over seeds with their interval."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.figures import Column, Table

if TYPE_CHECKING:
    from qinglian.production.savings import Assessment, Comparison, Split


def split_table(found: Comparison) -> Table:
    """Return what the second plan saves against the first, by cause."""
    columns = [Column(text("production.savings_cause")), Column("", "kWh", "quantity")]
    splits: list[Split] = [found.kwh]
    tariff = found.plan.instance.tariff
    if found.cost is not None and tariff is not None:
        columns.append(Column("", tariff.currency, "quantity"))
        splits.append(found.cost)
    for (method, _), split in found.kg.items():
        columns.append(Column(text(f"production.kpi_carbon_{method}"), "kg", "quantity"))
        splits.append(split)
    rows = [
        (text(f"production.savings_{item.name}"), *(getattr(split, item.name) for split in splits))
        for item in fields(found.kwh)
    ]
    rows.append((text("production.savings_total"), *(split.total for split in splits)))
    notes = tuple(
        text("production.report_intensity", method=text(f"production.kpi_carbon_{m}"), name=n)
        for m, n in found.kg
    )
    return Table(text("production.savings_split"), tuple(columns), tuple(rows), notes)


def claims_table(found: Assessment) -> Table:
    """Return the claims: median over the seeds, its interval, the share of the baseline, the verdict."""
    rows = [
        (
            measure_name(measure),
            item.median,
            item.low,
            item.high,
            item.share,
            text(f"production.verdict_{item.verdict}"),
        )
        for measure, item in found.claims.items()
    ]
    columns = (
        Column(text("production.savings_measure")),
        Column(text("production.savings_median"), kind="quantity"),
        Column(text("production.savings_low"), kind="quantity"),
        Column(text("production.savings_high"), kind="quantity"),
        Column(text("production.savings_share"), kind="share"),
        Column(text("production.savings_verdict")),
    )
    one = next(iter(found.claims.values()))
    note = text(
        "production.savings_note",
        seeds=len(one.savings),
        coverage=f"{float(one.coverage):.1%}",
        days=f"{one.minutes / 1440:g}",
    )
    return Table(text("production.savings_claims"), columns, tuple(rows), (note,))


def measure_name(measure: str) -> str:
    """Name a measure with its unit."""
    kind, _, method = measure.partition(":")
    if kind == "kg":
        known = ("location", "market", "marginal")
        return f"{text(f'production.kpi_carbon_{method}') if method in known else method} (kg)"
    return text(f"production.measure_{kind}")
