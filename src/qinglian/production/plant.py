"""The plant's one row: zone, start and length of the horizon, and prices that hold all the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem, QinglianError
from qinglian.core.period import zone_info
from qinglian.ingest.local_time import instant
from qinglian.ingest.typed_cells import Frame, cell_reader
from qinglian.production.model import Horizon

if TYPE_CHECKING:
    from qinglian.ingest.moments import Written
    from qinglian.ingest.schema import Sheet
    from qinglian.ingest.typed_rows import Rows

NO_START = datetime(2024, 1, 1, tzinfo=UTC)
"""A Monday; stands for the start where none is stated and no local time needs one."""

LIMIT_FACTOR = 4
"""Tables reach this many times the horizon: late work is finished after it."""

DAYS = Decimal(7)
_MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Plant:
    """What the plant's row says, with defaults where it says nothing."""

    values: Mapping[str, Any]
    frame: Frame
    horizon: Horizon


def defaults(sheet: Sheet) -> dict[str, Any]:
    """Return what an absent row stands for."""
    return {name: cell_reader(column, None, Frame())("") for name, column in sheet.columns.items()}


def read_plant(sheet: Sheet, rows: Rows | None) -> tuple[Plant, list[Problem]]:
    """Return the plant; a problem where its start is not a time of its zone."""
    values = {**defaults(sheet), **(next(iter(rows), {}) if rows is not None else {})}
    zone = values["zone"]
    written: Written | None = values["start"]
    problems: list[Problem] = []
    start = None
    if written is not None and rows is not None:
        try:
            start = instant(written, zone, f"{written.day}")
        except QinglianError as error:
            problems.append(Problem(error.code, rows.where(0, "start"), error.problem.params))
    whole_days = rows is None or "horizon" not in rows.units or rows.units["horizon"].scale == 86_400
    minutes = _minutes(values["horizon"] or DAYS, start or NO_START, zone, whole_days=whole_days)
    horizon = Horizon(start or NO_START, minutes, LIMIT_FACTOR * minutes, zone)
    return Plant(values, Frame(zone, start), horizon), problems


def _minutes(days: Decimal, start: datetime, zone: str, *, whole_days: bool) -> int:
    """Return elapsed minutes; whole days are days of the local calendar."""
    if not whole_days or days != int(days):
        return max(1, round(days * _MINUTES_A_DAY))
    info = zone_info(zone)
    ends = (start.astimezone(info).replace(tzinfo=None) + timedelta(days=int(days))).replace(tzinfo=info)
    return (ends.astimezone(UTC) - start) // timedelta(minutes=1)
