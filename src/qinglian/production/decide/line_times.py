"""One line, one order of its tasks: the cheapest minutes for everything, by a dynamic programme over minutes.

The pieces of work of a line follow each other: setup, run, setup, run … Let F be the least cost of all up to
the end of a piece, by the minute of that end. Staying idle from t to s costs I(s) - I(t), so the best way to
be idle at s is I(s) + min over t <= s of (F(t) - I(t)): a running minimum. Going off is counted as 0 (all
costs are differences to off), so the best way to be started up at s is U(s) - U(s - u) plus the running
minimum of the idle one up to s - u - (minimum off). Each piece then maps starts to ends. Hence tasks ×
minutes steps, exact. (Aghelinejad, Ouazene, Yalaoui 2019, Operations Research Perspectives 6, 100105:
polynomial for a fixed order.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qinglian.production.plan import Span

if TYPE_CHECKING:
    from qinglian.production.decide.rates import Amounts
    from qinglian.production.decide.site import Marginal
    from qinglian.production.model import Line

Minutes = NDArray[np.int64]
INFINITE = 2**60
OUT_OF_REACH = 2**59


@dataclass(frozen=True, eq=False)
class Piece:
    """A setup or a run: where it may start, where it then ends, and what it costs there.

    `joined` pieces (a run after its own setup) wait idle only; before the others the line may go off.
    """

    starts: Minutes
    ends: Minutes
    cost: Amounts
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """Start and end of each piece, the spans between them, and the cost over being off all the time."""

    pieces: tuple[tuple[int, int], ...]
    spans: tuple[Span, ...]
    cost: float


def cheapest(line: Line, pieces: list[Piece], marginal: Marginal) -> Timing | None:
    """Return the cheapest timing of the pieces in their order; None where there is none."""
    programme = _Programme(line, marginal)
    for piece in pieces:
        if not programme.step(piece):
            return None
    return programme.trace(pieces)


class _Programme:
    def __init__(self, line: Line, marginal: Marginal) -> None:
        self.line = line
        self.size = marginal.rates.minutes + 1
        self.dtype = marginal.rates.dtype
        self.idle = marginal.summed(line.power.idle)
        starting = marginal.summed(line.power.start_up)
        self.ahead = line.start_up_minutes
        self.start_up = starting.copy()
        self.start_up[self.ahead :] -= starting[: self.size - self.ahead]
        self.rest = self.ahead + line.minimum_off_minutes
        self.done: list[Amounts] = []

    def step(self, piece: Piece) -> bool:
        """Add a piece; return whether it can be done at all."""
        ready = self._first() if not self.done else self._ready(self.done[-1], piece.joined)
        cost = ready[piece.starts] + piece.cost
        cost[cost >= OUT_OF_REACH] = INFINITE
        after: Amounts = np.full(self.size, INFINITE, dtype=self.dtype)
        after[piece.ends] = cost
        self.done.append(after)
        return bool(len(cost)) and bool(cost.min() < OUT_OF_REACH)

    def _waiting(self, after: Amounts) -> Amounts:
        idle = self.idle[: len(after)]
        waiting: Amounts = np.minimum.accumulate(after - idle)
        waiting += idle
        return waiting

    def _ready(self, after: Amounts, joined: bool) -> Amounts:
        """Least cost of being ready for work at each minute."""
        waiting = self._waiting(after)
        if joined or self.rest >= self.size:
            return waiting
        from_off = np.minimum.accumulate(waiting[: self.size - self.rest])
        from_off += self.start_up[self.rest :]
        ready = waiting.copy()
        np.minimum(ready[self.rest :], from_off, out=ready[self.rest :])
        return ready

    def _first(self) -> Amounts:
        """Before the first piece: warm from `available` on, or off until the start-up."""
        if self.line.ready:
            return self._ready(self._warm(), joined=False)
        ready: Amounts = np.full(self.size, INFINITE, dtype=self.dtype)
        begin = self.line.available + self.ahead
        ready[begin:] = self.start_up[begin:]
        return ready

    def _warm(self) -> Amounts:
        warm: Amounts = np.full(self.size, INFINITE, dtype=self.dtype)
        warm[self.line.available : self.line.available + 1] = 0
        return warm

    def trace(self, pieces: list[Piece]) -> Timing:
        """Walk back from the cheapest end; among equals the earliest end, and setups as late as possible."""
        at, cost, spans = self._last()
        found: list[tuple[int, int]] = []
        for number in range(len(pieces) - 1, -1, -1):
            piece = pieces[number]
            start = int(piece.starts[np.searchsorted(piece.ends, at)])
            found.append((start, at))
            before = self.done[number - 1] if number else self._warm()
            if piece.joined:
                at = self._latest(before, start)
            else:
                at, gap = self._gap(before, start, cold=number == 0 and not self.line.ready)
                spans += reversed(gap)
        return Timing(tuple(reversed(found)), tuple(reversed(spans)), cost)

    def _last(self) -> tuple[int, float, list[Span]]:
        """After the last piece: off, or idle first where that is paid for."""
        waiting = self._waiting(self.done[-1])
        until = int(waiting.argmin())
        at = self._earliest(self.done[-1], until)
        return at, waiting[until].item(), list(self._span("idle", at, until))

    def _earliest(self, after: Amounts, until: int) -> int:
        return int((after[: until + 1] - self.idle[: until + 1]).argmin())

    def _latest(self, after: Amounts, until: int) -> int:
        return until - int((after[: until + 1] - self.idle[: until + 1])[::-1].argmin())

    def _gap(self, before: Amounts, start: int, *, cold: bool) -> tuple[int, list[Span]]:
        on = start - self.ahead
        if cold:
            return 0, [*self._span("off", self.line.available, on), *self._span("start_up", on, start)]
        waited = self._earliest(before, start)
        idle = before[waited] - self.idle[waited] + self.idle[start]
        if start >= self.rest:
            waiting = self._waiting(before[: start - self.rest + 1])
            until = int(waiting.argmin())
            if waiting[until] + self.start_up[start] < idle:
                at = self._earliest(before, until)
                gap = [
                    *self._span("idle", at, until),
                    *self._span("off", until, on),
                    *self._span("start_up", on, start),
                ]
                return at, gap
        return waited, list(self._span("idle", waited, start))

    def _span(self, state: str, start: int, end: int) -> tuple[Span, ...]:
        return (Span(self.line.id, state, start, end),) if end > start else ()  # type: ignore[arg-type]
