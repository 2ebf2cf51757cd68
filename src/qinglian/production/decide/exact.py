"""Small weeks solved to proof by CP-SAT, and the same model as a peer at full size.

Minimised is weighted tardiness and setup minutes, or the last end; energy is not in the model.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TYPE_CHECKING, Any, Literal

from qinglian.production.decide.bounds import makespan_bound, setup_bound
from qinglian.production.decide.construct import completed, construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.exact_arcs import DEPOT, Place
from qinglian.production.decide.exact_model import Model
from qinglian.production.decide.problem import NEVER, Problem, sequences_of
from qinglian.production.objective import CORE
from qinglian.production.plan import Plan, Task

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
LARGE = 50_000
"""More arcs than this are not probed before the search."""
NAMES: dict[str, Status] = {"OPTIMAL": "optimal", "FEASIBLE": "feasible", "INFEASIBLE": "infeasible"}


@dataclass(frozen=True)
class Exact:
    """What came out: the best plan, its value and the bound in the objective's unit, how proven, how long.

    `bound` is None where arcs were left out of the model, since it is then no bound of the problem.
    """

    plan: Plan | None
    value: Fraction | None
    bound: Fraction | None
    status: Status
    build_seconds: float
    seconds: float


def solve_exact(
    instance: Instance,
    objective: Objective = CORE,
    seconds: float = 30.0,
    hint: Plan | None = None,
    *,
    makespan: bool = False,
    workers: int = 2,
    followers: int | None = None,
    seed: int = 0,
) -> Exact:
    """Solve an instance by CP-SAT.

    Parameters
    ----------
    hint
        A plan to begin with; by default the best of the dispatching rules.
    followers
        Keep so many successors of each operation on each line; None keeps all, as a proof needs.
    """
    began = time.perf_counter()
    problem = Problem.of(instance, objective, makespan=makespan)
    if not problem.size:
        value = Fraction(0) if makespan else _empty(problem)
        return Exact(Plan(()), value, value, "optimal", 0.0, 0.0)
    sequences = construct(problem) if hint is None else completed(problem, hint)
    start = decode(problem, sequences) if hint is None or len(hint.tasks) < problem.size else hint
    known = {
        (line, int(a), int(b))
        for line, row in enumerate(sequences_of(problem, start))
        for a, b in pairwise(row)
    }
    model = Model(problem, _latest(problem, start), followers=followers, known=known)
    scale = _goal(model, objective, makespan=makespan)
    for operation in range(problem.size):
        _keep(model, operation)
    _hint(model, start)
    return _solved(model, scale, began, seconds, workers, seed)


def _latest(problem: Problem, start: Plan) -> int:
    """Return a minute after which no run ends in some best plan."""
    limit = problem.instance.horizon.limit
    if not problem.plain:
        return limit
    longest = int(problem.minutes.max(axis=0).sum()) + problem.size * int(problem.setup.max(initial=0))
    last = max(int(problem.release.max()), int(problem.available.max()))
    return max(min(limit, last + longest), max(task.end for task in start.tasks))


def _goal(model: Model, objective: Objective, *, makespan: bool) -> int:
    """State what is minimised; returns by what it is scaled to whole numbers."""
    problem, cp = model.problem, model.cp
    if makespan:
        last = cp.new_int_var(makespan_bound(problem), model.latest, "")
        for operation in range(problem.size):
            cp.add(last >= model.end[operation])
        for line in range(problem.lines):
            work = [place for place in model.places.values() if place.line == line]
            cp.add(last >= int(problem.available[line]) + sum(p.minutes * p.present for p in work))
        cp.minimize(last)
        return 1
    tardiness, setup = Fraction(objective.tardiness), Fraction(objective.setup)
    scale = lcm(tardiness.denominator, setup.denominator)
    total = int(setup * scale) * model.setup_minutes()
    cp.add(model.setup_minutes() >= setup_bound(problem))
    for operation in range(problem.size):
        weight = problem.instance.lots[problem.lot[operation]].weight
        if problem.following[operation] < 0 and weight:
            late = model.late[operation] = cp.new_int_var(0, model.latest, "")
            cp.add(late >= model.end[operation] - int(problem.due[operation]))
            total = total + int(tardiness * scale) * weight * late
    cp.minimize(total)
    return scale


def _keep(model: Model, operation: int) -> None:
    """Add deadlines and fixed starts; lines that pins forbid are not in the problem at all."""
    problem = model.problem
    if problem.fixed[operation] >= 0:
        model.cp.add(model.start[operation] == int(problem.fixed[operation]))
    if problem.deadline[operation] < NEVER:
        model.cp.add(model.end[operation] <= int(problem.deadline[operation]))


def _hint(model: Model, plan: Plan) -> None:
    """Hand a plan over whole: what is left open CP-SAT would have to search for."""
    problem, cp = model.problem, model.cp
    tasks = plan.task_of
    before: dict[tuple[int, int], int] = {}
    rows = [row.tolist() for row in sequences_of(problem, plan)]
    for line, row in enumerate(rows):
        if line in model.empty:
            cp.add_hint(model.empty[line], not row)
        for earlier, later in zip([DEPOT, *row], row, strict=False):
            before[later, line] = earlier
    for operation in range(problem.size):
        task = tasks.get(_name(problem, operation))
        if task is not None:
            cp.add_hint(model.start[operation], task.start)
            cp.add_hint(model.end[operation], task.end)
            if operation in model.length:
                cp.add_hint(model.length[operation], task.end - task.start)
            if operation in model.late:
                cp.add_hint(model.late[operation], max(0, task.end - int(problem.due[operation])))
    for place in model.places.values():
        earlier = before.get((place.operation, place.line))
        cp.add_hint(place.present, earlier is not None)
        ends = bool(rows[place.line]) and rows[place.line][-1] == place.operation
        cp.add_hint(model.last[place.operation, place.line], ends)
        for other, literal, _ in place.into:
            cp.add_hint(literal, earlier == other)


def _name(problem: Problem, operation: int) -> tuple[str, str]:
    lot = problem.instance.lots[problem.lot[operation]]
    return lot.id, problem.instance.operations(lot)[problem.stage[operation]]


def _solved(model: Model, scale: int, began: float, seconds: float, workers: int, seed: int) -> Exact:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    built = time.perf_counter() - began
    solver.parameters.max_time_in_seconds = max(0.1, seconds - built)
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    if sum(len(place.into) for place in model.places.values()) > LARGE:
        solver.parameters.cp_model_probing_level = 0  # it would take a third of the time given
    beside = Fraction(0) if model.problem.makespan else _empty(model.problem)
    status = NAMES.get(solver.status_name(solver.solve(model.cp)), "unknown")
    proven = model.followers is None and status != "unknown"
    bound = None
    if proven and status != "infeasible":
        bound = Fraction(round(solver.best_objective_bound), scale) + beside
    spent = time.perf_counter() - began
    if status not in ("optimal", "feasible"):
        return Exact(None, None, bound, status, built, spent)
    value = Fraction(round(solver.objective_value), scale) + beside
    facts = {"status": status, "bound": "none" if bound is None else str(bound)}
    plan = replace(_plan(model, solver), bound=None if bound is None else float(bound), facts=facts)
    return Exact(plan, value, bound, status, built, spent)


def _empty(problem: Problem) -> Fraction:
    """Lots without units are done at their release, which may be late."""
    lots = [lot for lot in problem.instance.lots if not lot.units]
    late = sum(lot.weight * max(0, lot.release - lot.due) for lot in lots)
    return Fraction(problem.objective.tardiness) * late


def _plan(model: Model, solver: Any) -> Plan:
    tasks = [
        _task(model, solver, place) for place in model.places.values() if solver.boolean_value(place.present)
    ]
    return Plan(tuple(sorted(tasks, key=lambda task: (task.line, task.start))), origin="CP-SAT")


def _task(model: Model, solver: Any, place: Place) -> Task:
    problem, clock = model.problem, model.clock(place.line)
    lot, stage = _name(problem, place.operation)
    start, end = solver.value(model.start[place.operation]), solver.value(model.end[place.operation])
    minutes = sum(m for _, literal, m in place.into if solver.boolean_value(literal))
    setup: tuple[int, int] | None = (start, start)
    if minutes and place.setup_at is not None:
        at = solver.value(place.setup_at)
        setup = clock.opening(at), clock.opening(at + minutes - 1) + 1
    elif minutes:
        setup = clock.latest(start, minutes)
    setup_start, setup_end = setup or (start, start)
    line = problem.instance.lines[place.line].id
    return Task(lot, line, setup_start, setup_end, start, end, stage)
