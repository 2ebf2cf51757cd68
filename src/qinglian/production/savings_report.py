"""Savings as tables: by cause between two plans, and claims over seeds with their interval."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from qinglian.core.text import text
from qinglian.present.figures import Column, Table
from qinglian.present.numbers import share
from qinglian.production.savings import annual

if TYPE_CHECKING:
    from fractions import Fraction

    from qinglian.present.figures import Figure
    from qinglian.production.savings import Allowance, Assessment, Claim, Comparison, OperatingYear, Split


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
    rows = [_claim_row(measure, item) for measure, item in found.claims.items()]
    one = next(iter(found.claims.values()))
    note = text(
        "production.savings_note",
        seeds=len(one.savings),
        coverage=f"{float(one.coverage):.1%}",
        days=f"{one.minutes / 1440:g}",
    )
    return Table(text("production.savings_claims"), _claim_columns(), tuple(rows), (note,))


def allowance_sentence(allowed: Allowance) -> str:
    """Say how much less punctual a plan may be than its baseline."""
    return text(
        "production.savings_allowance",
        share=share(allowed.tardiness),
        minutes=f"{allowed.minutes:,}",
        lots=allowed.lots,
    )


def beside_table(found: Assessment) -> Table:
    """Return the same against other baselines, which is beside the claim and no claim."""
    rows = [
        (text(f"production.savings_{label}"), *_claim_row(measure, item))
        for label, claims in found.beside.items()
        for measure, item in claims.items()
    ]
    columns = (Column(text("production.savings_baseline")), *_claim_columns())
    note = text("production.savings_beside_note")
    return Table(text("production.savings_beside"), columns, tuple(rows), (note,))


def _claim_row(measure: str, item: Claim) -> tuple[str, Fraction, Fraction, Fraction, Fraction, str]:
    verdict = text(f"production.verdict_{item.verdict}")
    return measure_name(measure), item.median, item.low, item.high, item.share, verdict


def _claim_columns() -> tuple[Column, ...]:
    return (
        *_saving_columns(),
        Column(text("production.savings_share"), kind="share", digits=3),
        Column(text("production.savings_verdict")),
    )


def _saving_columns() -> tuple[Column, ...]:
    return (
        Column(text("production.savings_measure")),
        Column(text("production.savings_median"), kind="quantity"),
        Column(text("production.savings_low"), kind="quantity"),
        Column(text("production.savings_high"), kind="quantity"),
    )


def annual_figures(found: Assessment, year: OperatingYear) -> list[Figure | str]:
    """Return the claims extended to a year, and why one is not."""
    whole = {measure: _annual_or_none(item, year) for measure, item in found.claims.items()}
    rows = [
        (measure_name(measure), ends["median"], ends["low"], ends["high"])
        for measure, ends in whole.items()
        if ends is not None
    ]
    refused = [
        text("production.savings_not_annual", measure=measure_name(measure))
        for measure, ends in whole.items()
        if ends is None
    ]
    title = text("production.savings_annual", year=year.year, minutes=f"{year.minutes:,}", source=year.source)
    note = text("production.savings_annual_note")
    return [*([Table(title, _saving_columns(), tuple(rows), (note,))] if rows else []), *refused]


def annual_document(found: Assessment, year: OperatingYear) -> dict[str, Any]:
    """Return the claims extended to a year for programs; None for one where nothing was detected."""
    return {
        "year": year.year,
        "minutes": year.minutes,
        "calendar": year.source,
        "claims": {measure: _annual_or_none(item, year) for measure, item in found.claims.items()},
    }


def _annual_or_none(item: Claim, year: OperatingYear) -> dict[str, Fraction] | None:
    if item.verdict == "not_detected":
        return None
    whole = annual(item, year)
    return {"median": whole.median, "low": whole.low, "high": whole.high}


def claim_document(item: Claim) -> dict[str, Any]:
    """Return a claim for programs."""
    return {
        "median": item.median,
        "low": item.low,
        "high": item.high,
        "coverage": item.coverage,
        "share": item.share,
        "verdict": item.verdict,
        "by_seed": {str(seed): value for seed, value in item.savings.items()},
        "causes": item.causes,
        "minutes": item.minutes,
    }


def measure_name(measure: str) -> str:
    """Name a measure with its unit."""
    kind, _, method = measure.partition(":")
    if kind == "kg":
        known = ("location", "market", "marginal")
        return f"{text(f'production.kpi_carbon_{method}') if method in known else method} (kg)"
    return text(f"production.measure_{kind}")
