"""The job that builds a report of a published version."""

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
    """Freeze the statement and write every face of the report into a folder named by its hash.

    Parameters
    ----------
    parameters
        ``version``, ``as_of``, ``comparatives``, ``frameworks``, ``narrative`` (paragraphs in zh and en) and
        ``reports``, the folder reports stand in. The folder appears whole or not at all.
    """
    from qinglian.disclosure.printing import printer
    from qinglian.disclosure.report import publish_report
    from qinglian.disclosure.statement import build_statement

    teller.say(text("hall.building_statement"))
    statement = build_statement(
        book,
        int(parameters["version"]),
        date.fromisoformat(parameters["as_of"]),
        comparatives=tuple(parameters.get("comparatives") or ()),
        only=tuple(parameters.get("frameworks") or ()),
    )
    teller.say(text("hall.rendering"))
    reports = Path(parameters["reports"])
    reports.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = reports / f".part-{parameters['job']}"
    _clear(partial)
    narrative = parameters.get("narrative") or []
    made = publish_report(statement, partial, narrative=narrative, with_pdf=printer() is not None)
    folder = reports / f"v{statement.version}-{made.sha256[:16]}"
    if folder.exists():  # the very same report was made before
        _clear(partial)
    else:
        partial.rename(folder)
    return {
        "version": statement.version,
        "sha256": made.sha256,
        "folder": folder.name,
        "period": statement.data["period"]["label"],
        "files": sorted(made.manifest["files"]),
        "pdf": printer() is not None,
    }


def _clear(folder: Path) -> None:
    if folder.exists():
        import shutil

        shutil.rmtree(folder)
