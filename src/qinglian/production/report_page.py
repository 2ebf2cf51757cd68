"""The page of a plan: what it comes to, its schedule, load, power and prices, late lots with their cause."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.numbers import shown
from qinglian.present.page import page
from qinglian.production.explain import Explainer
from qinglian.production.makers import maker
from qinglian.production.report import (
    SHOWN_LATE,
    figures_table,
    late_table,
    line_load,
    load_heatmap,
    objective_table,
    power_curves,
    price_curves,
)
from qinglian.production.schedule import gantt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.present.figures import Curves, Figure
    from qinglian.production.objective import Objective
    from qinglian.production.verify import Verification


def plan_page(
    found: Verification,
    objective: Objective,
    *,
    baseline: Verification | None = None,
    more: Iterable[Figure | str] = (),
    causes: dict[str, str] | None = None,
) -> str:
    """Write the page in the language in force; `more` stands after the figures, `causes` are of late lots."""
    parts = plan_figures(found, objective, baseline=baseline, more=more, causes=causes)
    return page(text("production.page_title", name=found.instance.name or "?"), parts)


def plan_figures(
    found: Verification,
    objective: Objective,
    *,
    baseline: Verification | None = None,
    more: Iterable[Figure | str] = (),
    causes: dict[str, str] | None = None,
) -> list[Figure | str]:
    """Return what a page of a plan shows, top to bottom."""
    parts: list[Figure | str] = [text("production.page_made", origin=maker(found.plan) or "?")]
    parts += [verdict(found), bound_sentence(found)]
    parts += [compared(found, baseline), objective_table(found, objective), *more]
    if baseline is not None:
        curves = {text("production.plan_label"): found, text("production.baseline_label"): baseline}
    else:
        curves = {text("production.plan_label"): found}
    parts += [*_over_time(found, power_curves(curves)), load_heatmap(found)]
    known = late_causes(found, objective) if causes is None else causes
    late = late_table(found, causes=known) if found.kpis.late else text("production.nobody_late")
    return [*parts, late, line_load(found)]


def _over_time(found: Verification, power: Curves) -> list[Figure]:
    """Return the schedule, the power and the prices on one axis, that of the longer plan."""
    prices = [replace(curves, axis=power.axis) for curves in price_curves(found)]
    return [replace(gantt(found), axis=power.axis), power, *prices]


def compared(found: Verification, baseline: Verification | None) -> Figure:
    """Return the figures of a plan, beside those of its baseline where there is one."""
    label = text("production.plan_label")
    if baseline is None:
        return figures_table({label: found})
    origin = maker(baseline.plan)
    name = text("production.baseline_of", origin=origin) if origin else text("production.baseline_label")
    return figures_table({name: baseline, label: found})


def verdict(found: Verification) -> str:
    """Say whether the plan keeps every rule."""
    if found.valid:
        return text("production.page_valid")
    return text("production.page_invalid", count=len(found.violations), first=found.violations[0].message())


def bound_sentence(found: Verification) -> str:
    """Say the best bound, or that there is none."""
    if found.plan.bound is None:
        return text("production.page_no_bound")
    said = text("production.page_bound", bound=shown(Fraction(found.plan.bound)))
    if found.plan.bound >= 0:
        return said
    tariff, generation = found.instance.tariff, found.instance.generation
    sold = tariff is not None and tariff.feed_in > 0 and any(generation.watts)
    return (
        f"{said} {text('production.bound_below_zero_sold' if sold else 'production.bound_below_zero_paid')}"
    )


def late_causes(found: Verification, objective: Objective, most: int = SHOWN_LATE) -> dict[str, str]:
    """Say of the late lots that weigh most why they are late."""
    if not found.kpis.late:
        return {}
    lots = found.instance.lot_of
    ordered = sorted(found.kpis.late.items(), key=lambda item: (-item[1] * lots[item[0]].weight, item[0]))
    explainer = Explainer(found.instance, found.plan, objective)
    causes = {lot: explainer.cause(lot) for lot, _ in ordered[:most]}
    return {lot: text(f"production.cause_{cause}") for lot, cause in causes.items() if cause}
