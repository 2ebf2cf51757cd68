"""Which deadlines, pins and calendars cannot be kept together, by assumption literals of CP-SAT.

Only lots with a deadline or a pin are looked at: the others can wait, so what is named is infeasible
whatever else is planned. Each demand hangs on a literal; a set of them that cannot hold is made smaller one
by one until every member is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem as Cause
from qinglian.production.decide.exact_model import Model
from qinglian.production.decide.problem import Problem
from qinglian.production.told_minutes import told

if TYPE_CHECKING:
    from qinglian.production.model import Instance, Lot, Pin

SECONDS = 10.0


@dataclass(frozen=True)
class Demand:
    """A deadline, or a pin of a lot's stage to a line and perhaps a minute."""

    lot: Lot
    pin: Pin | None = None


def why_infeasible(instance: Instance, seconds: float = SECONDS) -> list[Cause]:
    """Return a smallest set of demands that exclude each other; empty if none is known.

    The last cause names calendars, where the demands could be kept if those were always open. An empty list
    is no proof that a plan exists: the time may have been too short.
    """
    question = _Question(instance, perf_counter() + seconds)
    core = question.core(question.demands)
    if core is None:
        return []
    core = question.smallest(core)
    return list(told(instance, [*_causes(core), *question.calendars(core)]))


class _Question:
    def __init__(self, instance: Instance, until: float) -> None:
        self.instance = instance
        self.until = until
        pins = [Demand(instance.lot_of[pin.lot], pin) for pin in instance.pins]
        self.demands = [
            *(Demand(lot) for lot in instance.lots if lot.deadline is not None and lot.units),
            *(demand for demand in pins if demand.lot.units),
        ]

    def core(self, demands: Sequence[Demand], *, closed: bool = True) -> list[Demand] | None:
        """Return demands that cannot hold together; None where they can, or where time is up."""
        from ortools.sat.python import cp_model

        if not demands or perf_counter() > self.until:
            return None
        model, literals = self._model(demands, closed)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = max(0.1, self.until - perf_counter())
        if solver.solve(model.cp) != cp_model.INFEASIBLE:
            return None
        named = set(solver.sufficient_assumptions_for_infeasibility())
        return [demand for demand, literal in zip(demands, literals, strict=True) if literal.index in named]

    def smallest(self, core: list[Demand]) -> list[Demand]:
        """Leave out each demand in turn; what is infeasible without it does not need it."""
        for demand in list(core):
            rest = [other for other in core if other is not demand]
            less = self.core(rest)
            if demand in core and less is not None:
                core = less
        return core

    def calendars(self, core: list[Demand]) -> Iterator[Cause]:
        """Name the calendars of the lines concerned if the demands could be kept without closed time."""
        lots = {demand.lot.family for demand in core}
        lines = {item.line for item in self.instance.eligibility if item.family in lots}
        names = sorted({self.instance.line_of[line].calendar for line in lines} - {""})
        kept = bool(names) and self.core(core, closed=False) is None
        if kept and perf_counter() < self.until:
            yield Cause("production.infeasible_together_calendar", None, {"calendars": ", ".join(names)})

    def _model(self, demands: Sequence[Demand], closed: bool) -> tuple[Model, list[Any]]:
        """Build the model of the lots concerned, each demand behind its literal."""
        names = {demand.lot.id for demand in demands}
        lots = tuple(replace(lot, deadline=None) for lot in self.instance.lots if lot.id in names)
        instance = replace(self.instance, lots=lots, pins=())
        if not closed:
            lines = tuple(replace(line, calendar="") for line in instance.lines)
            instance = replace(instance, lines=lines)
        problem = Problem.of(instance)
        model = Model(problem, instance.horizon.limit)
        literals = [model.cp.new_bool_var("") for _ in demands]
        places = {_name(problem, operation): operation for operation in range(problem.size)}
        for demand, literal in zip(demands, literals, strict=True):
            _hang(model, places, demand, literal)
        model.cp.add_assumptions(literals)
        return model, literals


def _name(problem: Problem, operation: int) -> tuple[str, str]:
    lot = problem.instance.lots[problem.lot[operation]]
    return lot.id, problem.instance.operations(lot)[problem.stage[operation]]


def _hang(model: Model, places: dict[tuple[str, str], int], demand: Demand, literal: Any) -> None:
    """Let a demand hold where its literal does."""
    instance, pin = model.problem.instance, demand.pin
    if pin is None:
        last = places[demand.lot.id, instance.operations(demand.lot)[-1]]
        model.cp.add(model.end[last] <= (demand.lot.deadline or 0)).only_enforce_if(literal)
        return
    operation = places.get((pin.lot, pin.stage))
    line = [item.id for item in instance.lines].index(pin.line)
    place = None if operation is None else model.places.get((operation, line))
    if operation is None or place is None:
        model.cp.add_bool_or([~literal])
        return
    model.cp.add_implication(literal, place.present)
    if pin.start is not None:
        model.cp.add(model.start[operation] == pin.start).only_enforce_if(literal)


def _causes(core: list[Demand]) -> Iterator[Cause]:
    names = ", ".join(dict.fromkeys(demand.lot.id for demand in core))
    for demand in core:
        lot, pin = demand.lot, demand.pin
        if pin is None:
            params = {"lot": lot.id, "deadline": lot.deadline, "together": names}
            yield Cause("production.infeasible_together_deadline", None, params)
        elif pin.start is None:
            params = {"lot": lot.id, "line": pin.line, "together": names}
            yield Cause("production.infeasible_together_line", None, params)
        else:
            params = {"lot": lot.id, "line": pin.line, "start": pin.start, "together": names}
            yield Cause("production.infeasible_together_start", None, params)
