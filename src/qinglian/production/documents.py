"""Verified plans and answers about them as data for programs: exact, minutes of the horizon."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qinglian.core.decimals import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from qinglian.core.errors import Problem
    from qinglian.production.decide.promise import Offer
    from qinglian.production.explain import Explanation
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Task
    from qinglian.production.verify import Verification


def verification_document(found: Verification, objective: Objective) -> dict[str, Any]:
    """Return figures, violations, objective and bound of a verified plan."""
    kpis = found.kpis
    value = found.evaluate(objective)
    return {
        "valid": found.valid,
        "violations": problems_document(found.violations),
        "origin": found.plan.origin,
        "bound": None if found.plan.bound is None else repr(found.plan.bound),
        "objective": {**{name: term for name, term in value.terms.items() if term}, "total": value.total},
        "core": kpis.core,
        "lots": kpis.lots,
        "lots_on_time": kpis.lots_on_time,
        "late_lots": kpis.tardy_lots,
        "weighted_tardiness": kpis.weighted_tardiness,
        "setups": kpis.setups,
        "setup_minutes": kpis.setup_minutes,
        "makespan": kpis.makespan,
        "utilisation": kpis.mean_utilisation,
        "kwh": found.energy.used_kwh,
        "kwh_bought": found.energy.bought_kwh,
        "watt_minutes_by_state": found.energy.by_state(),
        "peak_kw": found.peak_kw,
        "cost": found.cost,
        "demand_charge": found.demand_charge,
        "currency": found.instance.tariff.currency if found.instance.tariff else None,
        "carbon": [{"method": item.method, "name": item.name, "kg": item.kg} for item in found.carbon],
    }


def problems_document(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as data."""
    return [
        {"code": item.code, "message": item.message(), "params": {k: str(v) for k, v in item.params.items()}}
        for item in problems
    ]


def explanation_document(found: Explanation) -> dict[str, Any]:
    """Return an explanation; prices are written as text, as they are no exact figures."""
    return {
        "lot": found.lot,
        "stage": found.stage,
        "line": found.line,
        "start": found.start,
        "end": found.end,
        "late": found.late,
        "cause": found.cause,
        "ahead": list(found.ahead),
        "unable": list(found.unable),
        "if": {item.cause: item.late for item in found.counterfactuals},
        "alternatives": [
            {
                **{
                    name: value
                    for name, value in asdict(item).items()
                    if name not in ("price", "own", "others")
                },
                "price": rough(item.price),
                "others": rough(item.others),
            }
            for item in found.alternatives
        ],
    }


def offer_document(offer: Offer) -> dict[str, Any]:
    """Return an offer of a promise."""
    return {
        "offer": offer.policy,
        "end": offer.end,
        "in_time": offer.in_time,
        "price": rough(offer.price),
        "tasks": [task_document(task) for task in offer.tasks],
        "displaced": [asdict(item) for item in offer.displaced],
        "shifted": offer.shifted,
    }


def task_document(task: Task) -> dict[str, Any]:
    """Return a task."""
    return asdict(task)


def rough(value: float) -> str:
    """Write a price of the search: to three decimals, never taken for an exact figure."""
    return f"{value:.3f}"


def exact(value: Fraction | None) -> str | None:
    """Write an exact number."""
    return None if value is None else plain(value)


__all__ = [
    "exact",
    "explanation_document",
    "offer_document",
    "problems_document",
    "rough",
    "task_document",
    "verification_document",
]
