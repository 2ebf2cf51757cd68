"""The job that imports an uploaded activity file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qinglian.core.text import text
from qinglian.hall.places import outside, told
from qinglian.ingest.posting import import_file

if TYPE_CHECKING:
    from qinglian.hall.jobs.child import Teller
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book

SHOWN = 200


def run(book: Book, actor: Actor, parameters: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """Import ``file``; return what became of its rows, refused ones with reason and fix.

    Parameters
    ----------
    parameters
        ``file`` (a path in the hall's uploads), and of `import_file`: ``accept``, ``approval``, ``sheet``,
        ``encoding``, ``constants``; ``sites`` limits the facilities a row may be of.
    """
    path = Path(parameters["file"])
    teller.say(text("ingest.importing", file=path.name))
    found = import_file(
        book,
        actor,
        path,
        accept=bool(parameters.get("accept")),
        approval=parameters.get("approval"),
        sheet=parameters.get("sheet") or None,
        encoding=parameters.get("encoding") or None,
        constants=parameters.get("constants") or {},
        sites=tuple(parameters.get("sites") or ()),
        progress=teller,
    )
    return {
        **found.record(),
        "accepted": found.accepted,
        "already": len(found.already),
        "conflicts": len(found.conflicts),
        "warnings": [str(outside(warning)) for warning in found.warnings],
        "problems": [told(problem) for problem in found.problems[:SHOWN]],
        "quarantine": Path(found.quarantine).name if found.quarantine else None,
    }
