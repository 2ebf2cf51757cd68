"""From ranked candidates to what was chosen and why the others lost: in columns, no row is an object.

A score packs the steps of the policy, most important first; the lowest wins. The first step at which a
candidate was behind is why it lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qinglian.ledger.lines import UNRESOLVED

STEPS = ("basis", "supplier", "facility", "technology", "place", "pack", "vintage", "published")
RADIX = (1, 2, 2, 2, 100, 1000, 10, 1_000_000)  # how resolve.sql packs the steps into one score
CHOSEN = pa.schema(
    [("need_id", pa.int32()), ("from_day", pa.int32()), ("to_day", pa.int32()), ("factor_no", pa.int32())]
    + [("penalty", pa.int32())]
)
TRACE = pa.schema(
    [("need_id", pa.int32()), ("from_day", pa.int32()), ("to_day", pa.int32()), ("factor_no", pa.int32())]
    + [("chosen", pa.bool_()), ("why", pa.string())]
)
Numbers = np.ndarray[Any, np.dtype[Any]]


def tie(ranked: pa.Table) -> list[dict[str, Any]]:
    """Return the first two candidates that the policy cannot tell apart, or nothing."""
    equal = ranked.filter(pc.equal(ranked["score"], ranked["best"]))
    if not pc.any(pc.greater(equal["place_in_order"], 1)).as_py():
        return []
    equal = _sorted(equal, ["need_id", "from_day", "place_in_order"])
    second = pc.index(equal["place_in_order"], 2).as_py()
    rows: list[dict[str, Any]] = equal.slice(second - 1, 2).to_pylist()
    return rows


def chosen_of(ranked: pa.Table, needs: int, first_day: int, end_day: int) -> pa.Table:
    """Intervals of the winners, and of nothing where nothing answers, for every day of every need."""
    winners = ranked.filter(pc.equal(ranked["place_in_order"], 1)).select(CHOSEN.names).cast(CHOSEN)
    joined = joined_stretches(winners, ("need_id", "factor_no", "penalty"))
    return _sorted(pa.concat_tables([joined, _gaps(joined, needs, first_day, end_day)]), CHOSEN.names)


def trace_of(ranked: pa.Table) -> pa.Table:
    """Every candidate on every interval: whether it was chosen, and at which step it lost if not."""
    won = pc.equal(ranked["place_in_order"], 1)
    table = ranked.append_column("chosen", won).append_column("why", _why(ranked))
    return joined_stretches(table.select(TRACE.names).cast(TRACE), ("need_id", "factor_no", "chosen", "why"))


def _why(ranked: pa.Table) -> pa.Array:
    score, best = ranked["score"].to_numpy(), ranked["best"].to_numpy()
    lost = np.zeros(len(score), np.int64)  # 0: nowhere
    for step in range(len(STEPS), 0, -1):
        mine, other = (score, best) if step == 1 else (score % RADIX[step - 1], best % RADIX[step - 1])
        lost[mine != other] = step
        score, best = score // RADIX[step - 1], best // RADIX[step - 1]
    return pa.array(["", *STEPS]).take(pa.array(lost))


def joined_stretches(table: pa.Table, same: Sequence[str]) -> pa.Table:
    """Join neighbouring stretches that say the same; in order of need, day and factor."""
    table = _sorted(table, [*same, "from_day"])
    begins = np.ones(len(table), bool)
    begins[1:] = table["from_day"].to_numpy()[1:] != table["to_day"].to_numpy()[:-1]
    for name in same:
        codes = table[name].combine_chunks().dictionary_encode().indices.to_numpy()
        begins[1:] |= codes[1:] != codes[:-1]
    starts = np.flatnonzero(begins)
    last = np.append(starts[1:], len(table))[: len(starts)] - 1
    joined = table.take(pa.array(starts))
    ends = table["to_day"].take(pa.array(last))
    joined = joined.set_column(joined.column_names.index("to_day"), joined.schema.field("to_day"), ends)
    return _sorted(joined, ["need_id", "from_day", *same[1:]])


def _gaps(joined: pa.Table, needs: int, first_day: int, end_day: int) -> pa.Table:
    """Stretches without an answer; ``joined`` is in order of need and day and has no overlap."""
    need, start, end = (joined[name].to_numpy() for name in ("need_id", "from_day", "to_day"))
    # Each need is walled in by stretches of no length at both ends of the period.
    walls = np.arange(needs, dtype=np.int64)
    need = np.concatenate([walls, need, walls])
    start = np.concatenate([np.full(needs, first_day), start, np.full(needs, end_day)])
    end = np.concatenate([np.full(needs, first_day), end, np.full(needs, end_day)])
    order = np.lexsort((end, start, need))
    need, start, end = need[order], start[order], end[order]
    gap = np.flatnonzero((need[1:] == need[:-1]) & (start[1:] > end[:-1]))
    nothing = {"factor_no": np.full(len(gap), UNRESOLVED), "penalty": np.zeros(len(gap), np.int64)}
    found = {"need_id": need[gap], "from_day": end[gap], "to_day": start[gap + 1], **nothing}
    return pa.table([found[name] for name in CHOSEN.names], CHOSEN.names).cast(CHOSEN)


def _sorted(table: pa.Table, names: Sequence[str]) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in names]).combine_chunks()


def lost_at(score: int, best: int) -> str:
    """Name the first step of the policy at which a candidate was behind."""
    mine, other = unpack(score), unpack(best)
    return next(step for step, a, b in zip(STEPS, mine, other, strict=True) if a != b)


def unpack(score: int) -> tuple[int, ...]:
    """Take a packed score apart into its steps."""
    digits = []
    for radix in reversed(RADIX[1:]):
        score, digit = divmod(score, radix)
        digits.append(digit)
    return (score, *reversed(digits))
