"""The job that writes an assurer's evidence pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qinglian.core.text import text

if TYPE_CHECKING:
    from qinglian.hall.jobs.child import Teller
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book


def run(book: Book, actor: Actor, parameters: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """Write the pack of ``version`` to ``output``; return its hash and control totals."""
    from qinglian.disclosure.pack import write_pack

    teller.say(text("hall.packing"))
    output = Path(parameters["output"])
    output.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = write_pack(book, int(parameters["version"]), date.fromisoformat(parameters["as_of"]), output)
    controls = {
        code: {"lines": one["lines"], "records": one["records"]} for code, one in written.controls.items()
    }
    return {"sha256": written.sha256, "file": output.name, "controls": controls}
