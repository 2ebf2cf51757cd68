"""The scheduling problem for CP-SAT: optional intervals on lines, one circuit of setups per line.

On each line time is counted in its own open minutes, so a run is an interval of fixed length there, whatever
pauses lie inside; where minutes of the wall clock matter (lateness, stages, crews) one literal per window of
the calendar says in which window a moment lies. Lines that are always open need none of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.decide.exact_arcs import DEPOT, Place, Variable, pairs

if TYPE_CHECKING:
    from qinglian.production.decide.clocks import Clock
    from qinglian.production.decide.problem import Problem


class Model:
    """Variables and constraints of a problem; `keep_deadline` and `keep_start` add what is hard.

    Parameters
    ----------
    latest
        No run ends after this minute.
    followers
        How many successors of each operation on each line are kept, by least setup and nearest due date; None
        keeps all, and only then is the model's bound one of the problem.
    known
        Arcs (line, before, after) that are kept in any case.
    """

    def __init__(
        self,
        problem: Problem,
        latest: int,
        *,
        followers: int | None = None,
        known: set[tuple[int, int, int]] | None = None,
    ) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.latest = latest
        self.cp = cp_model.CpModel()
        self.known = known or set()
        self.followers = followers
        self.crewed = [self._crews(line.setup_group) for line in problem.instance.lines]
        self.start = [self._moment(int(release)) for release in problem.release]
        self.end = [self._moment(int(release)) for release in problem.release]
        self.places: dict[tuple[int, int], Place] = {}
        self.last: dict[tuple[int, int], Variable] = {}
        self.empty: dict[int, Variable] = {}
        self.length: dict[int, Variable] = {}
        self.late: dict[int, Variable] = {}
        self.setup_walls: dict[int, list[tuple[Variable, Variable, Variable]]] = {}
        for line in range(problem.lines):
            self._line(line)
        for operation in range(problem.size):
            self._operation(operation)
        self._share_stages()
        self._share_crews()

    def _moment(self, earliest: int) -> Variable:
        return self.cp.new_int_var(min(earliest, self.latest), self.latest, "")

    def _crews(self, group: str) -> list[int]:
        crews = self.problem.instance.crews
        return [number for number, crew in enumerate(crews) if group in crew.groups]

    def clock(self, line: int) -> Clock:
        """Return the working time of a line."""
        clock: Clock = self.problem.clocks[self.problem.clock_of[line]]
        return clock

    def _line(self, line: int) -> None:
        """Places of a line, one run at a time, and the circuit that orders them."""
        problem, clock = self.problem, self.clock(line)
        able = np.flatnonzero(problem.minutes[line] >= 0).tolist()
        places = [self._place(line, operation, clock) for operation in able]
        self.cp.add_no_overlap(
            [
                self.cp.new_optional_fixed_size_interval_var(place.at, place.minutes, place.present, "")
                for place in places
            ]
        )
        if places:
            self.cp.add_circuit(self._arcs(line, places))
            first = clock.worked(int(problem.available[line]))
            for place in places:
                self._set_up(place, clock, first)

    def _place(self, line: int, operation: int, clock: Clock) -> Place:
        problem = self.problem
        minutes, present = int(problem.minutes[line, operation]), self.cp.new_bool_var("")
        if clock.always:
            at = self.start[operation]
        else:
            last = clock.worked(self.latest)
            at = self.cp.new_int_var(min(clock.worked(int(problem.release[operation])), last), last, "")
        place = Place(operation, line, minutes, present, at)
        self.places[operation, line] = place
        if not clock.always:
            self._windows(clock, at, minutes, present, self.start[operation], self.end[operation])
        return place

    def _windows(
        self, clock: Clock, at: Variable, minutes: Variable, present: Variable, start: Variable, end: Variable
    ) -> None:
        """Tie work of so many open minutes to the wall clock; `present` says whether there is any."""
        begins, ends = [], []
        for opened, closed, before in zip(clock.starts, clock.ends, clock.before, strict=True):
            if opened > self.latest:
                break
            shift = int(opened) - int(before)
            done = int(before) + min(int(closed), self.latest) - int(opened)
            begin = self.cp.new_bool_var("")
            self.cp.add(start == at + shift).only_enforce_if(begin)
            self.cp.add(at >= int(before)).only_enforce_if(begin)
            self.cp.add(at <= done - 1).only_enforce_if(begin)
            begins.append(begin)
            close = begin if not clock.resumable else self.cp.new_bool_var("")
            self.cp.add(end == at + minutes + shift).only_enforce_if(close)
            self.cp.add(at + minutes >= int(before) + 1).only_enforce_if(close)
            self.cp.add(at + minutes <= done).only_enforce_if(close)
            ends.append(close)
        self.cp.add(sum(begins) == present)
        if clock.resumable:
            self.cp.add(sum(ends) == present)

    def _arcs(self, line: int, places: list[Place]) -> list[tuple[int, int, Variable]]:
        """Arcs between places; node 0 is the beginning and the end of the line."""
        problem = self.problem
        node = {place.operation: number for number, place in enumerate(places, 1)}
        empty = self.cp.new_bool_var("")
        self.empty[line] = empty
        arcs = [(0, 0, empty)]
        initial = int(problem.start_class[line])
        for place in places:
            number, family = node[place.operation], int(problem.class_of[place.operation])
            first, last = self.cp.new_bool_var(""), self.cp.new_bool_var("")
            self.last[place.operation, line] = last
            place.into.append((DEPOT, first, int(problem.setup[line, initial, family])))
            arcs += [(0, number, first), (number, 0, last), (number, number, ~place.present)]
            self.cp.add_implication(place.present, ~empty)
        for before, after in pairs(self.problem, line, places, self.followers, self.known):
            literal = self.cp.new_bool_var("")
            here, there = problem.class_of[before.operation], problem.class_of[after.operation]
            after.into.append((before.operation, literal, int(problem.setup[line, here, there])))
            arcs.append((node[before.operation], node[after.operation], literal))
        return arcs

    def _set_up(self, place: Place, clock: Clock, first: int) -> None:
        """Leave time for the setup after whatever comes before; place it where crews or windows need that."""
        apart = bool(self.crewed[place.line]) or not clock.resumable
        begin = place.at
        if apart and any(minutes for _, _, minutes in place.into):
            place.setup_at = begin = self.cp.new_int_var(0, clock.worked(self.latest), "")
            self._explicit(place, clock)
        for before, literal, minutes in place.into:
            least = 0 if place.setup_at is not None else minutes
            if before == DEPOT:
                self.cp.add(begin >= first + least).only_enforce_if(literal)
            else:
                other = self.places[before, place.line]
                self.cp.add(begin >= other.at + other.minutes + least).only_enforce_if(literal)

    def _explicit(self, place: Place, clock: Clock) -> None:
        """Give the setup a place of its own between the run before and its run."""
        needed = [literal for _, literal, minutes in place.into if minutes]
        minutes = sum(literal * minutes for _, literal, minutes in place.into)
        has = self.cp.new_bool_var("")
        self.cp.add(sum(needed) == has)
        self.cp.add(place.setup_at + minutes <= place.at).only_enforce_if(place.present)
        start, end = place.setup_at, self._moment(0)
        if clock.always:
            self.cp.add(end == start + minutes).only_enforce_if(has)
        else:
            start = self._moment(0)
            self._windows(clock, place.setup_at, minutes, has, start, end)
        for crew in self.crewed[place.line]:
            self.setup_walls.setdefault(crew, []).append((start, end, has))

    def _operation(self, operation: int) -> None:
        """One line each; its length; what must come before it."""
        problem = self.problem
        mine = [
            self.places[operation, line]
            for line in np.flatnonzero(problem.minutes[:, operation] >= 0).tolist()
        ]
        self.cp.add_exactly_one(place.present for place in mine)
        start, end = self.start[operation], self.end[operation]
        if all(self.clock(place.line).always for place in mine):
            self.cp.add(end == start + sum(place.minutes * place.present for place in mine))
        else:
            for place in mine:
                if self.clock(place.line).always:
                    self.cp.add(end == start + place.minutes).only_enforce_if(place.present)
        before = int(problem.previous[operation])
        if before >= 0:
            self.cp.add(start >= self.end[before])

    def _share_stages(self) -> None:
        """Never more runs at once than lines of the stage: redundant, and a help to propagation."""
        problem = self.problem
        for stage in set(problem.stage.tolist()):
            operations = np.flatnonzero(problem.stage == stage).tolist()
            lines = {place.line for place in self.places.values() if problem.stage[place.operation] == stage}
            if len(lines) == 1:
                continue
            runs = []
            for operation in operations:
                size = self.cp.new_int_var(0, self.latest, "")
                self.length[operation] = size
                runs.append(self.cp.new_interval_var(self.start[operation], size, self.end[operation], ""))
            self.cp.add_cumulative(runs, [1] * len(runs), len(lines))

    def _share_crews(self) -> None:
        for crew, setups in self.setup_walls.items():
            intervals = []
            for start, end, has in setups:
                size = self.cp.new_int_var(0, self.latest, "")
                intervals.append(self.cp.new_optional_interval_var(start, size, end, has, ""))
            size_of_crew = self.problem.instance.crews[crew].size
            self.cp.add_cumulative(intervals, [1] * len(intervals), size_of_crew)

    def setup_minutes(self) -> Variable:
        """Return the sum of all setup minutes."""
        return sum(
            literal * minutes
            for place in self.places.values()
            for _, literal, minutes in place.into
            if minutes
        )
