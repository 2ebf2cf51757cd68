"""Where a saving comes from, exact and without a rest.

The states of the baseline are replaced by those of the plan one after the other, in the order of `CAUSES`:
first run energy (other lines for the same lots), then setups, standing still, start-ups and the base load,
each with the baseline's own hours. What the replaced amounts cost in the plan's hours instead is the last
step, shifting; it also holds what own generation and feed-in change. The steps add up to the saving by
construction. For energy alone shifting is zero unless the site generates.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.production.verify.energy import kwh, priced

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.verify import Energy

STATES_OF = {
    "assignment": ("run",),
    "setups": ("setup",),
    "idle": ("idle", "off"),
    "start_up": ("start_up",),
    "base_load": ("base",),
}
CAUSES = (*STATES_OF, "shifting")
Hours = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """A saving by cause; positive means that the plan uses less than the baseline."""

    assignment: Fraction
    setups: Fraction
    idle: Fraction
    start_up: Fraction
    base_load: Fraction
    shifting: Fraction

    @property
    def total(self) -> Fraction:
        """The saving."""
        return sum((getattr(self, item.name) for item in fields(self)), Fraction(0))


def split_energy(baseline: Energy, plan: Energy) -> Split:
    """Saving of bought kWh by cause."""
    total = baseline.bought_kwh - plan.bought_kwh
    return _split(baseline, plan, lambda hours: kwh(sum(hours)), total)


def split_priced(baseline: Energy, plan: Energy, values: Hours, total: Fraction) -> Split:
    """Saving of cost or CO2e by cause, at hourly values in millionths per kWh."""
    return _split(baseline, plan, lambda hours: priced(hours, values), total)


def _split(baseline: Energy, plan: Energy, worth: Callable[[Hours], Fraction], total: Fraction) -> Split:
    steps = dict.fromkeys(STATES_OF, Fraction(0))
    for cause, states in STATES_OF.items():
        for state in states:
            steps[cause] += _replaced(baseline.states[state], plan.states[state], worth)
    return Split(**steps, shifting=total - sum(steps.values(), Fraction(0)))


def _replaced(before: Hours, after: Hours, worth: Callable[[Hours], Fraction]) -> Fraction:
    """Worth of the difference of two amounts in the hours of the first, or the second if the first is nil."""
    old, new = sum(before), sum(after)
    if not old:
        return -worth(after)
    return worth(before) * Fraction(old - new, old)
