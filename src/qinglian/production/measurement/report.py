"""A measurement as a table for people and as data for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qinglian.core.text import text
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from qinglian.production.measurement.result import Effect, Result

DIGITS = 12


def result_table(found: Result) -> Table:
    """Return the saving and the placebo beside it; the verdict and every reason are the notes."""
    columns = (
        Column(""),
        Column(text("production.measured_saving"), "kWh", "quantity"),
        Column(text("production.measured_low"), "kWh", "quantity"),
        Column(text("production.measured_high"), "kWh", "quantity"),
        Column(text("production.measured_share"), kind="share", digits=3),
        Column(text("production.measured_detectable"), kind="share", digits=3),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (text(f"production.measured_row_{name}"), *_numbers(effect))
        for name, effect in (("effect", found.effect), ("placebo", found.placebo))
        if effect is not None
    )
    title = text("production.measured_title", option=found.option)
    verdict = text(f"production.measured_verdict_{found.verdict}")
    return Table(title, columns, rows, (verdict, *map(str, found.reasons)))


def _numbers(effect: Effect) -> tuple[Decimal, ...]:
    values = (effect.kwh, effect.low, effect.high, effect.share, effect.detectable)
    return tuple(map(_decimal, values))


def _decimal(value: float) -> Decimal:
    """A statistic for display or export: twelve significant digits of a float."""
    return Decimal(f"{value:.{DIGITS}g}")


def result_document(found: Result) -> dict[str, Any]:
    """Return everything a measurement says."""
    return {
        "option": found.option,
        "verdict": found.verdict,
        "effect": _effect(found.effect),
        "placebo": _effect(found.placebo),
        "reasons": [
            {"code": reason.code, "message": reason.message(), "fix": reason.fix()}
            for reason in found.reasons
        ],
        "model": {name: _decimal(value) for name, value in found.model.items()},
    }


def _effect(effect: Effect | None) -> dict[str, Decimal] | None:
    if effect is None:
        return None
    return dict(zip(("kwh", "low", "high", "share", "detectable"), _numbers(effect), strict=True))
