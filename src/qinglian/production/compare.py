"""Two plans side by side: figures, lots that moved, lots later or sooner, what is saved by cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.production.savings import Allowance, Comparison
from qinglian.production.savings import compare as savings_between
from qinglian.production.verify import Verification, verify

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.plan import Plan


@dataclass(frozen=True)
class SideBySide:
    """Two verified plans.

    Parameters
    ----------
    moved
        Lots on another line, as (line in the first plan, line in the second).
    later, sooner
        Minutes late in both, of lots whose lateness changed.
    saved
        What the second saves against the first, by cause; None where they may not be compared as a claim, and
        `reasons` say why.
    """

    first: Verification
    second: Verification
    moved: dict[str, tuple[str, str]]
    later: dict[str, tuple[int, int]]
    sooner: dict[str, tuple[int, int]]
    saved: Comparison | None
    reasons: tuple[Problem, ...]


def side_by_side(
    instance: Instance,
    first: Plan,
    second: Plan,
    second_instance: Instance | None = None,
    *,
    allowance: Allowance | None = None,
) -> SideBySide:
    """Verify two plans and compare them; the second may be of the instance after events."""
    one, two = verify(instance, first), verify(second_instance or instance, second)
    old, new = first.task_of, second.task_of
    moved = {
        key[0]: (old[key].line, new[key].line)
        for key in sorted(old.keys() & new.keys())
        if old[key].line != new[key].line
    }
    late = {
        lot: (one.kpis.late.get(lot, 0), two.kpis.late.get(lot, 0))
        for lot in sorted(one.kpis.late.keys() | two.kpis.late.keys())
    }
    saved, reasons = _saved(one, two, allowance)
    return SideBySide(
        one,
        two,
        moved,
        {lot: pair for lot, pair in late.items() if pair[1] > pair[0]},
        {lot: pair for lot, pair in late.items() if pair[1] < pair[0]},
        saved,
        reasons,
    )


def _saved(
    one: Verification, two: Verification, allowance: Allowance | None
) -> tuple[Comparison | None, tuple[Problem, ...]]:
    try:
        found = savings_between(one, two) if allowance is None else savings_between(one, two, allowance)
    except QinglianError as refusal:
        return None, refusal.problems
    return found, ()
