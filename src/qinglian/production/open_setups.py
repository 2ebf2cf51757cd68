"""Setups that a plan leaves open: as late as they can be, and earlier where a crew has time only then.

A foreign plan may name no setups. It is wrong only if no places for them would be right, so where crews are
short these are looked for: latest first, and if that fails in every order of starts, up to a bounded number
of trials. What still finds no place stands as late as it can be, and `verify` says what it violates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qinglian.production.working import backward, forward

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qinglian.production.model import Calendar, Instance

TRIALS = 20_000
"""Places tried before the search for an order of starts is given up, for setups that may meet."""

MOST = 200
"""Setups that may meet, of which so many orders of starts are looked through at most."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class OpenSetup:
    """So many minutes of a setup on a line, somewhere in ``[low, high)``."""

    line: str
    minutes: int
    low: int
    high: int


def places(
    instance: Instance, wanted: list[OpenSetup], given: Iterable[tuple[str, int, int]]
) -> list[Place | None]:
    """Return where each setup goes, beside those that are given (line, start, end); None for no place at all.

    Every one is as late as it can be unless that takes more of a crew than there is.
    """
    latest = [backward(_calendar(instance, setup.line), setup.high, setup.minutes) for setup in wanted]
    crews = _Crews.of(instance)
    for line, start, end in given:
        crews.book(line, (start, end), 1)
    movable = [
        index
        for index, place in enumerate(latest)
        if place is not None and place[0] >= wanted[index].low and crews.serving(wanted[index].line)
    ]
    for index in set(range(len(wanted))) - set(movable):
        if (place := latest[index]) is not None:
            crews.book(wanted[index].line, place, 1)
    found: dict[int, Place] = {}
    for group in _meeting(movable, wanted, crews):
        found |= _Search(instance, wanted, crews).find(group)
    return [found.get(index, place) for index, place in enumerate(latest)]


def _meeting(movable: list[int], wanted: list[OpenSetup], crews: _Crews) -> Iterator[list[int]]:
    """Part setups into groups of which no two can ever meet at one crew."""
    by_crews: list[tuple[set[int], list[int]]] = []
    for index in movable:
        serving, members = set(crews.serving(wanted[index].line)), [index]
        for other in [item for item in by_crews if item[0] & serving]:
            by_crews.remove(other)
            serving, members = serving | other[0], other[1] + members
        by_crews.append((serving, members))
    for _, members in by_crews:
        group: list[int] = []
        until = 0
        for index in sorted(members, key=lambda i: (wanted[i].low, i)):
            if group and wanted[index].low >= until:
                yield group
                group = []
            group.append(index)
            until = max(until, wanted[index].high)
        yield group


def _calendar(instance: Instance, line: str) -> Calendar | None:
    return instance.calendar_of.get(instance.line_of[line].calendar)


@dataclass
class _Crews:
    """How many of each crew are busy, minute by minute."""

    sizes: list[int]
    of_line: dict[str, list[int]]
    busy: list[list[int]]

    @classmethod
    def of(cls, instance: Instance) -> _Crews:
        crews = instance.crews
        of_line = {
            line.id: [number for number, crew in enumerate(crews) if line.setup_group in crew.groups]
            for line in instance.lines
        }
        minutes = instance.horizon.limit + 1
        return cls([crew.size for crew in crews], of_line, [[0] * minutes for _ in crews])

    def serving(self, line: str) -> list[int]:
        return self.of_line[line]

    def book(self, line: str, place: Place, by: int) -> None:
        for crew in self.of_line[line]:
            row = self.busy[crew]
            for minute in range(max(0, place[0]), min(place[1], len(row))):
                row[minute] += by

    def full(self, line: str, minute: int) -> bool:
        return any(
            0 <= minute < len(self.busy[crew]) and self.busy[crew][minute] >= self.sizes[crew]
            for crew in self.of_line[line]
        )

    def clash(self, line: str, place: Place) -> int | None:
        """Return the last minute in which nobody is free, None if there is none."""
        return next((m for m in range(place[1] - 1, place[0] - 1, -1) if self.full(line, m)), None)


@dataclass
class _Search:
    instance: Instance
    wanted: list[OpenSetup]
    crews: _Crews
    trials: int = TRIALS
    placed: dict[int, Place] = field(default_factory=dict)

    def find(self, group: list[int]) -> dict[int, Place]:
        """Place a group and book it; those for which no crew ever has time stand as late as they can."""
        placed = self._latest_first(group)
        if len(placed) < len(group) <= MOST:
            for index, place in placed.items():
                self.crews.book(self.wanted[index].line, place, -1)
            placed = self._by_starts(group) or self._latest_first(group)
        for index in set(group) - placed.keys():
            setup = self.wanted[index]
            latest = backward(_calendar(self.instance, setup.line), setup.high, setup.minutes)
            assert latest is not None
            self.crews.book(setup.line, latest, 1)
        return placed

    def _latest_first(self, group: list[int]) -> dict[int, Place]:
        """Book each as late as crews allow, those that may end last first, as far as there is a place."""
        found: dict[int, Place] = {}
        for index in sorted(group, key=lambda i: (-self.wanted[i].high, -self.wanted[i].low)):
            place = self._latest(self.wanted[index])
            if place is not None:
                self.crews.book(self.wanted[index].line, place, 1)
                found[index] = place
        return found

    def _latest(self, setup: OpenSetup) -> Place | None:
        high, calendar = setup.high, _calendar(self.instance, setup.line)
        while (place := backward(calendar, high, setup.minutes)) is not None and place[0] >= setup.low:
            clash = self.crews.clash(setup.line, place)
            if clash is None:
                return place
            high = clash
        return None

    def _earliest(self, setup: OpenSetup, since: int) -> Place | None:
        low, calendar = max(setup.low, since), _calendar(self.instance, setup.line)
        while (place := forward(calendar, low, setup.minutes)) is not None and place[1] <= setup.high:
            clash = self.crews.clash(setup.line, place)
            if clash is None:
                return place
            low = clash + 1
        return None

    def _by_starts(self, group: list[int]) -> dict[int, Place]:
        """Try orders of starts, each setup as early as it then can be; move them late once all have a place.

        Complete but for the limit of trials: any set of places can be shifted to the left into one of these.
        """
        self.placed = {}
        if not self._go_on(set(group), 0):
            return {}
        for index in sorted(self.placed, key=lambda i: -self.placed[i][0]):
            setup = self.wanted[index]
            self.crews.book(setup.line, self.placed[index], -1)
            self.placed[index] = self._latest(setup) or self.placed[index]
            self.crews.book(setup.line, self.placed[index], 1)
        return self.placed

    def _go_on(self, left: set[int], since: int) -> bool:
        """Place the rest, starting no earlier than `since`."""
        if not left:
            return True
        self.trials -= len(left)
        if self.trials < 0:
            return False
        options = {index: self._earliest(self.wanted[index], since) for index in left}
        if None in options.values():
            return False
        for index in sorted(left, key=lambda i: (self.wanted[i].high, i)):
            place = options[index]
            assert place is not None
            self.crews.book(self.wanted[index].line, place, 1)
            self.placed[index] = place
            if self._go_on(left - {index}, place[0]):
                return True
            del self.placed[index]
            self.crews.book(self.wanted[index].line, place, -1)
        return False
