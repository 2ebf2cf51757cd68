"""First plans by dispatching rules: apparent tardiness cost with setups and ready times, and simpler ones.

Lee, Bhaskaran and Pinedo 1997 (ATCS); the term for lots that are not ready yet after Pfund et al. 2008.
A rule dispatches the line that is free first; it never looks at a lot that the line cannot make, whose
earlier stage is not placed yet, or that would push one which is fixed to a minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.decide.problem import NEVER, Floats, Ints, Problem, Sequences, sequences_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.decide.clocks import Clock
    from qinglian.production.plan import Plan


@dataclass(frozen=True, slots=True)
class Rule:
    """ATCS with look-ahead `due` (mean run times), `setup` (mean setups) and `ready` (mean run times).

    Infinity leaves a term out, `urgency` 0 also the weight: what is left ranks by the terms that stay.
    """

    due: float = 2.0
    setup: float = 0.2
    ready: float = 0.3
    urgency: float = 1.0
    first_due: bool = False


ATCS = tuple(
    Rule(due, setup, ready) for due in (0.3, 0.7, 1.5) for setup in (0.5, 1.0) for ready in (0.05, 0.2)
)
FEWER = ATCS[5:7]
"""Those in the middle, the only ones tried where there are many operations or there is little time."""

EDD = Rule(math.inf, math.inf, first_due=True)
FEWEST_SETUPS = Rule(math.inf, 1e-3, urgency=0.0)


def construct(problem: Problem, rules: Iterable[Rule] = ATCS) -> Sequences:
    """Dispatch by each rule and keep the best order of operations per line."""
    best: tuple[float, Sequences] | None = None
    for rule in rules:
        found = _Dispatch(problem, rule).run()
        if best is None or found[0] < best[0]:
            best = found
    if best is None:
        raise ValueError("no rule to dispatch by")
    return best[1]


def dispatch(problem: Problem, rule: Rule) -> tuple[float, Sequences]:
    """Dispatch by one rule: what it costs without crews and energy by the hour, and the order per line."""
    return _Dispatch(problem, rule).run()


@dataclass
class _Dispatch:
    problem: Problem
    rule: Rule
    cost: float = 0.0
    rows: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        problem = self.problem
        self.rows = [[] for _ in range(problem.lines)]
        self.free = problem.available.astype(np.int64)
        self.family = problem.start_class.copy()
        self.release = problem.release.astype(np.int64)
        self.waiting = np.ones(problem.size, dtype=bool)
        self.candidates = [
            np.flatnonzero(row >= 0).astype(np.int32)
            for row in np.where(problem.fixed < 0, problem.minutes, -1)
        ]
        self.unlocked = problem.previous < 0
        fixed = np.flatnonzero(problem.fixed >= 0)
        self.fixed = [
            sorted(fixed[problem.pinned[fixed] == line], key=lambda op: -int(problem.fixed[op]))
            for line in range(problem.lines)
        ]
        self.due, self.weight = _urgency(problem)
        able = problem.minutes >= 0
        self.mean_run = float(problem.minutes[able].mean()) if able.any() else 1.0
        self.mean_setup = max(1.0, _mean_setup(problem.setup))

    def run(self) -> tuple[float, Sequences]:
        for line, fixed in enumerate(self.fixed):
            while fixed and self.problem.fixed[fixed[-1]] <= self.free[line]:
                self._place(line, int(fixed.pop()))
        open_lines = self.free.astype(np.float64)
        stuck: set[int] = set()
        while len(stuck) < self.problem.lines:
            line = int(np.argmin(open_lines))
            chosen = self._choose(line)
            if chosen is None:
                stuck.add(line)
                open_lines[line] = math.inf
                continue
            self._place(line, chosen)
            open_lines[line] = self.free[line]
            if self.problem.following[chosen] >= 0:
                for other in stuck:
                    open_lines[other] = self.free[other]
                stuck.clear()
        return self.cost, [np.array(row, dtype=np.int32) for row in self.rows]

    def _choose(self, line: int) -> int | None:
        kept = self.candidates[line]
        kept = kept[self.waiting[kept]]
        self.candidates[line] = kept
        able = kept if self.unlocked.all() else kept[self.unlocked[kept]]
        fixed = self.fixed[line]
        if len(able):
            chosen = int(able[np.argmax(self._score(line, able))])
            if not fixed or self._fits(line, chosen, int(fixed[-1])):
                return chosen
        return int(fixed.pop()) if fixed and (self.unlocked[fixed[-1]] or not len(able)) else None

    def _score(self, line: int, able: Ints) -> Floats:
        problem, rule = self.problem, self.rule
        free = self.free[line]
        run = problem.minutes[line, able]
        setup = problem.setup[line, self.family[line], problem.class_of[able]]
        start = np.maximum(free + setup, self.release[able])
        if rule.first_due:
            return np.asarray(-(self.due[able] + 1e-3 * (start - free)), dtype=np.float64)
        score = rule.urgency * (self.weight[able] - np.log(run))
        score = score - np.maximum(self.due[able] - start - run, 0) / (rule.due * self.mean_run)
        score -= setup / (rule.setup * self.mean_setup)
        score -= np.maximum(self.release[able] - free - setup, 0) / (rule.ready * self.mean_run)
        return np.asarray(score, dtype=np.float64)

    def _ends(self, line: int, operation: int, free: int, family: int) -> tuple[int, int]:
        problem = self.problem
        clock: Clock = problem.clocks[problem.clock_of[line]]
        setup = int(problem.setup[line, family, problem.class_of[operation]])
        done = clock.earliest(free, setup)[1]
        first: int = max(done, int(self.release[operation]), int(problem.fixed[operation]))
        return clock.earliest(first, int(problem.minutes[line, operation]))

    def _fits(self, line: int, operation: int, fixed: int) -> bool:
        """Whether the next fixed operation still starts in time after this one."""
        free, family = int(self.free[line]), int(self.family[line])
        end = self._ends(line, operation, free, family)[1]
        start = self._ends(line, fixed, end, int(self.problem.class_of[operation]))[0]
        return start <= int(self.problem.fixed[fixed])

    def _place(self, line: int, operation: int) -> None:
        problem = self.problem
        _, end = self._ends(line, operation, int(self.free[line]), int(self.family[line]))
        minutes = problem.setup[line, self.family[line], problem.class_of[operation]]
        self.cost += float(minutes * problem.setup_price[line] + problem.run_price[line, operation])
        self.cost += float(problem.weight[operation]) * max(0, end - int(problem.due[operation]))
        self.cost += max(0, end - int(problem.deadline[operation])) * 1e5
        self.rows[line].append(operation)
        self.free[line] = end
        self.family[line] = problem.class_of[operation]
        self.waiting[operation] = False
        follower = problem.following[operation]
        if follower >= 0:
            self.unlocked[follower] = True
            self.release[follower] = max(self.release[follower], end)


def _urgency(problem: Problem) -> tuple[Floats, Floats]:
    """Due date at this stage (the lot's, less the shortest work still to come) and the log of its weight."""
    lots = problem.instance.lots
    due = np.array([lots[i].due for i in problem.lot], dtype=np.float64)
    weight = np.array([max(lots[i].weight, 1e-3) for i in problem.lot], dtype=np.float64)
    shortest = np.where(problem.minutes >= 0, problem.minutes, NEVER).min(axis=0, initial=NEVER)
    for op in range(problem.size - 2, -1, -1):
        if problem.following[op] >= 0:
            due[op] = due[op + 1] - shortest[op + 1]
    return due, np.log(weight)


def _mean_setup(setup: Ints) -> float:
    size = setup.shape[1] - 1
    table = setup[:, :size, :size]
    used = table[table > 0]
    return float(used.mean()) if len(used) else 1.0


def completed(problem: Problem, plan: Plan) -> Sequences:
    """Take over a plan's order of operations; what it lacks goes to the end of a line that is free early."""
    rows = [list(row) for row in sequences_of(problem, plan)]
    placed = {int(op) for row in rows for op in row}
    ends = [
        int(problem.available[line]) + sum(int(problem.minutes[line, op]) for op in row)
        for line, row in enumerate(rows)
    ]
    for op in range(problem.size):
        if op not in placed:
            able = [line for line in range(problem.lines) if problem.minutes[line, op] >= 0]
            if able:
                line = min(able, key=lambda index: ends[index] + int(problem.minutes[index, op]))
                rows[line].append(op)
                ends[line] += int(problem.minutes[line, op])
    return [np.array(row, dtype=np.int32) for row in rows]
