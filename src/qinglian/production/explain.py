"""Why a lot is on its line, and why it is late: every answer is a counterfactual that was worked out.

*Why this line*: the lot is taken out of the plan and priced in its best place on every line that can make it.
*Why late*: how late it would be with its material from the beginning, without setups on its line, on lines
that cannot make it, and alone in the plant; the first of these (kit, setup, eligibility, capacity) that has
it on time is the cause, and the due date itself where none has. No other lot may suffer, but in the last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from qinglian.core.errors import QinglianError
from qinglian.production.decide.board import Board
from qinglian.production.decide.free_part import operation_names, sequences_of_free
from qinglian.production.decide.problem import Problem
from qinglian.production.objective import CORE

if TYPE_CHECKING:
    from qinglian.production.decide.board import Slot
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

Cause = Literal["kit", "setup", "eligibility", "capacity", "due"]
LISTED_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Alternative:
    """The lot in its best place on a line, against where it is.

    Parameters
    ----------
    price
        What the plan would cost more (less, if negative) by the objective; `own` is the lot's part of it and
        `others` that of the lots behind it.
    """

    line: str
    start: int
    end: int
    late: int
    run: int
    price: float
    own: float
    others: float
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """How late the lot would be if only one thing were otherwise."""

    cause: Cause
    late: int


@dataclass(frozen=True)
class Explanation:
    """Answers about one operation of a lot; `ahead` are lots before it on its line, after its release."""

    lot: str
    stage: str
    line: str
    start: int
    end: int
    late: int
    alternatives: tuple[Alternative, ...]
    unable: tuple[str, ...]
    counterfactuals: tuple[Counterfactual, ...]
    cause: Cause | None
    ahead: tuple[str, ...]


class Explainer:
    """A plan ready to be asked about."""

    def __init__(self, instance: Instance, plan: Plan, objective: Objective = CORE) -> None:
        self.instance, self.plan = instance, plan
        self.problem = Problem.of(instance, replace(objective, levels=(), deviation=Decimal(0)))
        names = operation_names(self.problem)
        self.index = {name: place for place, name in enumerate(names)}
        self.board = Board(self.problem, sequences_of_free(self.problem, names, plan.tasks))
        self.names = names

    def explain(self, lot: str, stage: str | None = None) -> Explanation:
        """Explain one lot; of several stages the last one unless named.

        Raises
        ------
        QinglianError
            ``production.explain_unknown`` for a lot that the plan does not hold.
        """
        op = self._operation(lot, stage)
        task = self.plan.task_of[self.names[op]]
        late = self._late(op, task.end)
        found = self._counterfactuals(op) if late else ()
        return Explanation(
            lot=lot,
            stage=self.names[op][1],
            line=task.line,
            start=task.start,
            end=task.end,
            late=late,
            alternatives=self._alternatives(op, task.line),
            unable=self._unable(op),
            counterfactuals=found,
            cause=_cause(found, late),
            ahead=self._ahead(op) if late else (),
        )

    def cause(self, lot: str) -> Cause | None:
        """Return why a lot is late; None where it is not, or not planned."""
        names = [name for name in self.index if name[0] == lot and name in self.plan.task_of]
        if not names:
            return None
        op = self.index[names[-1]]
        late = self._late(op, self.plan.task_of[names[-1]].end)
        return _cause(self._counterfactuals(op), late) if late else None

    def _operation(self, lot: str, stage: str | None) -> int:
        for name in reversed(self.names):
            if name[0] == lot and stage in (None, name[1]) and name in self.plan.task_of:
                return self.index[name]
        raise QinglianError("production.explain_unknown", lot=lot)

    def _late(self, op: int, end: int) -> int:
        lot = self.instance.lots[self.problem.lot[op]]
        return max(0, end - lot.due) if self.problem.following[op] < 0 else 0

    def _alternatives(self, op: int, chosen: str) -> tuple[Alternative, ...]:
        board = self.board
        before = board.cost
        home, position = board.remove(op)
        saved = before - board.cost
        found = []
        for line in board.able(op):
            slot = board.slot(op, home, position) if line == home else board.best(op, [line])
            if slot is not None:
                found.append(self._alternative(op, slot, board.run(line, op), saved, chosen))
        board.insert(op, home, position)
        return tuple(sorted(found, key=lambda item: (not item.chosen, item.price, item.line)))

    def _alternative(self, op: int, slot: Slot, run: int, saved: float, chosen: str) -> Alternative:
        line = self.instance.lines[slot.line].id
        return Alternative(
            line=line,
            start=slot.start,
            end=slot.end,
            late=self._late(op, slot.end),
            run=run,
            price=slot.price - saved,
            own=slot.own,
            others=slot.price - slot.own,
            chosen=line == chosen,
        )

    def _unable(self, op: int) -> tuple[str, ...]:
        able = {self.instance.lines[line].id for line in self.board.able(op)}
        stage = self.names[op][1]
        return tuple(line.id for line in self.instance.lines if line.stage == stage and line.id not in able)

    def _counterfactuals(self, op: int) -> tuple[Counterfactual, ...]:
        """Work out how late it would be if one thing were otherwise; the board is as before afterwards."""
        line, position = self.board.find(op)
        shortest = min(self.board.run(able, op) for able in self.board.able(op))
        setup = self._without_setups(line, position)
        self.board.remove(op)
        ends: dict[Cause, int] = {
            "kit": self._kit_at_once(op, shortest),
            "setup": setup,
            "eligibility": self._anywhere(op, shortest),
            "capacity": int(self.problem.release[op]) + shortest,
            "due": 0,
        }
        self.board.insert(op, line, position)
        late = self._late(op, self.plan.task_of[self.names[op]].end)
        return tuple(Counterfactual(cause, min(late, self._late(op, end))) for cause, end in ends.items())

    def _kit_at_once(self, op: int, shortest: int) -> int:
        """End if its material were there from minute 0, in the best place that costs the others nothing.

        Where it would be late even alone, from its release on, only an earlier kit can help: then alone.
        """
        lot = self.instance.lots[self.problem.lot[op]]
        if int(self.problem.release[op]) + shortest > lot.due:
            return shortest
        with self.board.supposing(op, release=0):
            return self.board.harmless_end(op)

    def _without_setups(self, line: int, position: int) -> int:
        """End of the lot if no setup before it on its line took time."""
        free = int(self.problem.available[line])
        clock = self.problem.clocks[self.problem.clock_of[line]]
        for other in self.board.rows[line][: position + 1]:
            before = int(self.problem.previous[other])
            ready = max(int(self.problem.release[other]), self.board.end_of.get(before, 0))
            free = clock.earliest(max(free, ready), self.board.run(line, other))[1]
        return free

    def _anywhere(self, op: int, shortest: int) -> int:
        """End on a line that cannot make it, at the speed of the fastest that can, at no cost to others."""
        stage, able = self.names[op][1], self.board.able(op)
        lines = enumerate(self.instance.lines)
        new = [number for number, line in lines if line.stage == stage and number not in able]
        with self.board.supposing(op, minutes=dict.fromkeys(new, shortest)):
            return self.board.harmless_end(op, new)

    def _ahead(self, op: int) -> tuple[str, ...]:
        """Lots before it on its line that end after its material was ready, the longest first."""
        line, position = self.board.find(op)
        release = int(self.problem.release[op])
        before = [
            other
            for other, end in zip(self.board.rows[line][:position], self.board.ends[line], strict=False)
            if end > release
        ]
        before.sort(key=lambda other: -self.board.run(line, other))
        return tuple(self.names[other][0] for other in before[:LISTED_AHEAD])


def _cause(found: tuple[Counterfactual, ...], late: int) -> Cause | None:
    """Return the first counterfactual that has the lot on time; the last one is the due date itself."""
    return next((item.cause for item in found if not item.late), None) if late else None
