"""Orders that come in after the plan was made, from a file in the columns of ``orders``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.tables import read_table
from qinglian.ingest.typed_cells import Frame
from qinglian.ingest.typed_rows import limited, read_rows
from qinglian.production.events import Rush
from qinglian.production.model import Order
from qinglian.production.readers import schema

if TYPE_CHECKING:
    from pathlib import Path

    from qinglian.production.model import Instance


def read_rush(path: Path, instance: Instance) -> Rush:
    """Read rush orders; times are local, or minutes as the headings say.

    Raises
    ------
    QinglianError
        With every problem of every row; ``production.rush_taken`` for an order that is there already.
    """
    frame = Frame(instance.horizon.zone, instance.horizon.start)
    rows, problems = read_rows(schema().sheets["orders"], read_table(path), frame)
    if problems or rows is None:
        raise QinglianError.many(limited(problems))
    orders = tuple(
        Order(
            id=row["order"],
            family=row["family"],
            units=row["units"],
            release=max(0, row["release"] or 0),
            due=row["due"],
            weight=row["weight"],
            deadline=row["deadline"],
            kit=row["kit"] or "",
        )
        for row in rows
    )
    known = {order.id for order in instance.orders}
    taken = [order.id for order in orders if order.id in known or f"LOT-{order.id}" in instance.lot_of]
    if taken:
        raise QinglianError("production.rush_taken", Where(file=str(path)), orders=taken[:5])
    return Rush(orders)
