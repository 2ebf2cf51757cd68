"""Period locks: a locked period takes no new facts, unless an approved adjustment brings them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Select, select

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import schema
from qinglian.ledger.facts import ACTUAL, Fact, day_number, from_day_number


def locked_spans(connection: Connection) -> list[tuple[int, int, int]]:
    """Locked day spans ``(start_day, end_day, version)`` that nobody has opened again."""
    table = schema.period_lock
    query = select(table.c.start_day, table.c.end_day, table.c.version).where(
        table.c.opened_by.is_(None), table.c.id.not_in(opened_locks())
    )
    return [(int(start), int(end), int(version)) for start, end, version in connection.execute(query)]


def opened_locks() -> Select[tuple[int]]:
    """Query the locks that were opened: a row whose `opened_by` names a lock opens it and locks nothing."""
    table = schema.period_lock
    return select(table.c.opened_by).where(table.c.opened_by.is_not(None))


def refuse_locked(connection: Connection, facts: Iterable[Fact], approval: int | None) -> None:
    """Refuse actual facts that touch a locked period; plans and baselines may.

    Raises
    ------
    QinglianError
        ``ledger.period_locked`` with the row; ``ledger.approval_unknown``; ``ledger.approval_used``, for each
        adjustment has an approval of its own.
    """
    spans = _spans_in_force(connection, approval)
    if not spans:
        return
    for fact in facts:
        if fact.scenario == ACTUAL:
            _refuse(spans, day_number(fact.start_local), day_number(fact.end_local), fact.where)


def refuse_locked_days(connection: Connection, days: Iterable[tuple[int, int]], approval: int | None) -> None:
    """Like :func:`refuse_locked` for day spans of records already posted."""
    spans = _spans_in_force(connection, approval)
    for start, end in days:
        _refuse(spans, start, end, Where())


def _spans_in_force(connection: Connection, approval: int | None) -> list[tuple[int, int, int]]:
    if approval is None:
        return locked_spans(connection)
    table = schema.decision
    query = select(table.c.version).where(table.c.id == approval, table.c.state == "adjustment")
    version = connection.execute(query).scalar()
    if version is None:
        raise QinglianError("ledger.approval_unknown", decision=approval)
    used = connection.execute(select(schema.batch.c.id).where(schema.batch.c.approval == approval)).scalar()
    if used is not None:
        raise QinglianError("ledger.approval_used", decision=approval, batch=used)
    spans = locked_spans(connection)
    opened = [(start, end) for start, end, number in spans if number == version]
    # An adjustment opens the period of its version, also where an older version locks the same days.
    return [span for span in spans if not any(a <= span[0] and span[1] <= b for a, b in opened)]


def _refuse(spans: list[tuple[int, int, int]], start: int, end: int, where: Where) -> None:
    for first, last, version in spans:
        if start < last and end > first:
            raise QinglianError(
                "ledger.period_locked",
                where,
                start=from_day_number(first).isoformat(),
                end=from_day_number(last - 1).isoformat(),
                version=version,
            )
