"""Workers of a search: one plan whose lines are dealt out each round, or a plan each where lines are few.

Lines share nothing while a round lasts, so workers need no locks and the outcome depends on the seed and the
number of workers only, never on which of them is faster.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qinglian.production.decide.kernel import ENTRY, GUMBELS, JOB, Hand, State, Tables, paste
from qinglian.production.decide.kernel_moves import Scratch, copy_line
from qinglian.production.decide.kernel_rows import LATE
from qinglian.production.decide.kernel_search import rebuild, trade
from qinglian.production.decide.problem import NEVER, Floats, Ints, Problem, Sequences
from qinglian.production.decide.workers import Workers

SHARED_FROM = 12
"""Lines per worker from which on workers share one plan; with fewer, a plan each finds more.

8 lines × 100 lots after 8 s, mean of three seeds: 1,410 instead of 1,567.
"""
END_PRICE = 1000.0
MOVES = np.array([[0.85, 6, 0.5, 0.3, 0.1], [0.15, 8, 0.5, 0.0, 0.0]])
"""Exchanges between lines, and shifts within one: share, longest piece, share of single operations, of moves
without a return, and of moves beside the same family."""
MOVES_ALONE = np.array([[0.0, 1, 0.5, 0.0, 0.0], [1.0, 8, 0.5, 0.0, 0.0]])
"""The same where a line has nothing to exchange with."""
RUINS = np.array(
    [
        # kind, lines, most, whole, share, heat, leave, narrow
        [0, 1, 1, 0.0, 0.02, 1, 0.5, 0.0],
        [1, 1, 40, 1.0, 0.01, 0, 0.5, 0.0],
        [0, 2, 1, 0.0, 0.2, 0, 0.7, 1.0],
        [0, 2, 4, 0.3, 0.38, 0, 0.5, 1.0],
        [0, 3, 6, 0.3, 0.3, 0, 0.3, 1.0],
        [0, 1, 8, 0.3, 0.02, 0, 0.0, 0.0],
        [1, 2, 10, 0.8, 0.06, 0, 0.3, 0.7],
        [2, 1, 6, 0.0, 0.01, 0, 0.0, 0.0],
    ]
)
RUIN_SHARE = 0.125
"""Share of ruins where the last end counts: exchanges see little of it, ruins that look at all lines more."""
RUINS_ALONE = np.array([[0, 1, 1, 0.0, 0.2, 1, 0.0, 0.0], [0, 1, 8, 0.3, 0.8, 0, 0.0, 0.0]])
RUIN_SHARE_ALONE = 0.015
"""The same for a line alone: what is taken out comes back where it costs least."""
GUMBEL = np.sort(-np.log(-np.log((np.arange(GUMBELS) + 0.5) / GUMBELS)))


def tables_of(problem: Problem, release: Ints, due: Ints, weight: Floats) -> Tables:
    """Lay the problem out as the kernel reads it; times become working time of each line's calendar."""
    clocks = len(problem.clocks)
    job = np.zeros((problem.size, clocks), JOB)
    job["family"], job["stuck"] = problem.class_of[:, None], (problem.fixed >= 0)[:, None]
    job["weight"] = weight[:, None]
    job["release"] = _worked(problem, np.maximum(release, problem.fixed)).T
    job["due"], job["hard"] = _worked(problem, due).T, _worked(problem, problem.deadline).T
    return Tables(
        job=job.ravel(),
        clock=problem.clock_of.astype(np.int64),
        clocks=clocks,
        minutes=_by_operation(problem.minutes),
        price=_by_operation(problem.run_price),
        priced=bool(problem.run_price.any()),
        setup=np.ascontiguousarray(problem.setup).ravel(),
        setup_price=problem.setup_price,
        lines=problem.lines,
        families=problem.setup.shape[1],
        stride=problem.size + 2,
        soon=30,
        end_price=END_PRICE if problem.makespan else 0.0,
        pinned=bool((problem.fixed >= 0).any()),
        pressure=0.0,
    )


def _by_operation(table: Any) -> Any:
    return np.ascontiguousarray(table.T).ravel()


def _worked(problem: Problem, minutes: Ints) -> Ints:
    """Minutes of the horizon as working minutes, by clock."""
    rows = []
    for clock in problem.clocks:
        inside = np.minimum(np.maximum(minutes, 0), NEVER)
        index = np.searchsorted(clock.starts, inside, "right") - 1
        done = clock.before[index] + np.minimum(inside, clock.ends[index]) - clock.starts[index]
        row = np.where(index < 0, 0, done)
        rows.append(np.where(minutes < 0, minutes, np.where(minutes >= NEVER, NEVER, row)))
    return np.array(rows, dtype=np.int32)


def state_of(problem: Problem, tables: Tables, sequences: Sequences) -> State:
    """Lay a plan out as rows of entries."""
    state = State(
        entries=np.zeros(problem.lines * tables.stride, ENTRY),
        length=np.zeros(problem.lines, np.int64),
        line_of=np.full(problem.size, -1, np.int64),
        index_of=np.ones(problem.size, np.int64),
        aim=np.zeros(max(problem.lines, 1), np.int64),
    )
    heads = state.entries[:: tables.stride]
    heads["op"], heads["family"] = -1, problem.start_class
    heads["end"] = _worked(problem, problem.available)[problem.clock_of, np.arange(problem.lines)]
    heads["due"] = heads["hard"] = NEVER
    for line, row in enumerate(sequences):
        if len(row):
            paste(tables, state, line, 1, np.asarray(row, np.int64), 0, len(row))
    return state


def sequences_in(tables: Tables, state: State) -> Sequences:
    """Read the order of operations back."""
    rows = state.entries.reshape(-1, tables.stride)["op"]
    return [rows[line, 1 : 1 + count].copy() for line, count in enumerate(state.length)]


def standing_cost(tables: Tables, state: State) -> float:
    """Cost of a plan by the tables, summed afresh so that rounding of differences cannot grow."""
    total = 0.0
    for line, count in enumerate(state.length):
        row = state.entries[line * tables.stride : line * tables.stride + 1 + count]
        last = int(row["end"][-1])
        if tables.end_price:
            total += tables.end_price * max(0, last - int(state.aim[0])) + 0.01 * last
        row = row[1:]
        end = row["end"].astype(np.int64)
        total += float((row["weight"] * np.maximum(0, end - row["due"])).sum())
        total += LATE * float(np.maximum(0, end - row["hard"]).sum())
        total += tables.setup_price[line] * float(row["setup"].sum())
        total += float(tables.price[row["op"] * tables.lines + line].sum())
    return total


@dataclass
class Worker:
    """One thread's own room: random numbers and backups."""

    scratch: Scratch

    @classmethod
    def of(cls, problem: Problem, tables: Tables, seed: np.random.SeedSequence) -> Worker:
        """Make room for a problem."""
        size, lines = problem.size, problem.lines
        noise = seed.generate_state(2, np.uint64) | np.uint64(1)
        scratch = Scratch(
            entries=np.zeros(lines * tables.stride, ENTRY),
            length=np.zeros(lines, np.int64),
            stamp=np.zeros(lines, np.int64),
            touched=np.zeros(lines + 2, np.int64),
            removed=np.zeros(size + 2, np.int64),
            origin=np.zeros(size + 2, np.int64),
            unit_start=np.zeros(size + 2, np.int64),
            unit_count=np.zeros(size + 2, np.int64),
            key=np.zeros(size + 2),
            order=np.zeros(size + 2, np.int64),
            count=np.zeros(4, np.int64),
            noise=noise,
            room=np.zeros(2 * size + 4, ENTRY),
        )
        return cls(scratch)


class Team(Workers):
    """Workers on one shared plan, or each on a plan of its own."""

    def __init__(self, problem: Problem, sequences: Sequences, workers: int, seed: int) -> None:
        self.shared = workers == 1 or problem.lines >= SHARED_FROM * workers
        super().__init__(problem, workers, 1 if self.shared else workers)
        self.dealer = np.random.default_rng([seed, 1])
        self.mates = _by_class(problem.class_of, np.arange(problem.size), problem.setup.shape[1])
        classes, lines = np.nonzero(_able(problem))
        self.able = _by_class(classes, lines, problem.setup.shape[1])
        self.movable = problem.fixed < 0
        self.tables = tables_of(problem, problem.release, problem.due, problem.weight)
        seeds = np.random.SeedSequence(seed).spawn(workers)
        self.workers = [Worker.of(problem, self.tables, one) for one in seeds]
        self.states = [state_of(problem, self.tables, sequences) for _ in range(self.plans)]
        self.bests = [_copy(state) for state in self.states]

    def restart(self, place: int, sequences: Sequences) -> None:
        """Go on from another plan."""
        self.states[place] = state_of(self.problem, self.tables, sequences)
        self.bests[place] = _copy(self.states[place])

    def renew(self, release: Ints, due: Ints, weight: Floats) -> None:
        """Take over times that other stages of the plan imply; plans keep their order."""
        self.tables = tables_of(self.problem, release, due, weight)
        for place, state in enumerate(self.states):
            self.restart(place, sequences_in(self.tables, state))

    def aim(self, minute: int) -> None:
        """Set the makespan to be reached."""
        for state in self.states:
            state.aim[0] = minute

    def press(self, price: float) -> None:
        """Give line time a price, in weights of all operations of a mean line; costs are told without it."""
        price *= float(self.problem.weight.sum()) / max(1, self.problem.lines)
        self.tables = self.tables._replace(pressure=price)

    def round(self, temperature: float, steps: int) -> list[float]:
        """Let every worker take so many steps; return the cost of the best plan of the round, by plan."""
        jobs = self._deal()

        def work(number: int) -> int:
            place, lines = jobs[number]
            return self._anneal(number, place, lines, temperature, steps)

        self.each(work, len(jobs))
        return [standing_cost(self.tables, best) for best in self.bests]

    def _deal(self) -> list[tuple[int, Any]]:
        lines = self.problem.lines
        if not self.shared:
            return [(place, np.arange(lines)) for place in range(len(self.workers))]
        dealt = self.dealer.permutation(lines)
        hands = [np.sort(dealt[number :: len(self.workers)]) for number in range(len(self.workers))]
        return [(0, hand) for hand in hands]

    def _anneal(self, number: int, place: int, lines: Any, temperature: float, steps: int) -> int:
        state, best, worker = self.states[place], self.bests[place], self.workers[number]
        for line in lines:
            copy_line(self.tables, state.entries, state.length, best.entries, best.length, line)
        hand = self._hand(state, lines)
        if not len(hand.ops):
            return 0
        dirty = np.zeros(self.problem.lines, np.int64)
        moves = (self.tables, state, best, worker.scratch, hand, dirty)
        alone = len(lines) == 1
        trade(*moves, MOVES_ALONE if alone else MOVES, temperature, steps)
        if not alone and not self.problem.makespan:
            return steps
        ruins, share = (RUINS_ALONE, RUIN_SHARE_ALONE) if alone else (RUINS, RUIN_SHARE)
        return steps + int(rebuild(*moves, ruins, GUMBEL, temperature, 1 + int(share * steps))[2])

    def _hand(self, state: State, lines: Any) -> Hand:
        mine = np.zeros(self.problem.lines, np.int64)
        mine[lines] = 1
        return Hand(
            members=lines.astype(np.int64),
            ops=np.flatnonzero(self.movable & (mine[state.line_of] == 1)),
            mine=mine,
            mates=self.mates[0],
            mates_from=self.mates[1],
            able=self.able[0],
            able_from=self.able[1],
        )

    def best(self, place: int) -> Sequences:
        """Return the best plan of the last round."""
        return sequences_in(self.tables, self.bests[place])


def _by_class(classes: Any, values: Any, families: int) -> tuple[Any, Any]:
    """Sort values by class; return them and where each class begins."""
    order = np.argsort(classes, kind="stable")
    begins = np.searchsorted(classes[order], np.arange(families + 1))
    return values[order].astype(np.int64), begins.astype(np.int64)


def _able(problem: Problem) -> Any:
    """Whether a line can make any operation of a class, by class and line."""
    able = np.zeros((problem.setup.shape[1], problem.lines), dtype=bool)
    np.logical_or.at(able, problem.class_of, (problem.minutes >= 0).T)
    return able


def _copy(state: State) -> State:
    return State(*(part.copy() for part in state))
