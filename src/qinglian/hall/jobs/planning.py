"""The job that plans production: read the uploaded week, search, verify, write the plan's folder."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import text

if TYPE_CHECKING:
    from qinglian.hall.jobs.child import Teller
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book

MOST_BYTES = 256 * 2**20
MOST_FILES = 100


def run(book: Book, actor: Actor, parameters: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """Plan the week in ``source`` (a zip or workbook) for ``seconds``; return the plan's figures."""
    from qinglian.production.feasibility import check
    from qinglian.production.plan_folder import BASELINE, Brief, PlanFolder
    from qinglian.production.planner import Effort, first_plan, make_plan, require_extra
    from qinglian.production.verify import verify
    from qinglian.production.wishes import objective_of, require_tables

    require_extra()
    home = Path(parameters["out"])
    brief = Brief(
        source=unpacked(Path(parameters["source"])),
        objective=objective_of(parameters["objective"]),
        seconds=str(parameters["seconds"]),
    )
    instance = brief.instance
    require_tables(instance, brief.objective)
    problems = check(instance, brief.read.places)
    if problems:
        raise QinglianError.many(problems)
    folder = PlanFolder.prepare(home, brief)
    folder.write(first_plan(instance), BASELINE)
    teller.total = int(parameters["seconds"])

    def searching(step: Any) -> None:
        teller.done = int(step.seconds)
        teller.advance(0)

    def keep(found: Any) -> None:
        folder.write(found)
        kpis = verify(instance, found).kpis
        teller.say(
            text(
                "production.checkpoint",
                late=kpis.tardy_lots,
                tardiness=f"{kpis.weighted_tardiness:,}",
                setup=f"{kpis.setup_minutes:,}",
            )
        )

    made = make_plan(
        instance,
        brief.objective,
        Effort(seconds=float(parameters["seconds"]), told=searching, checkpoint=keep),
    )
    made = replace(made, origin=f"qinglian, {parameters['seconds']} seconds")
    folder.write(made)
    found = verify(instance, made)
    return {
        "valid": found.valid,
        "violations": len(found.violations),
        "late_lots": found.kpis.tardy_lots,
        "bought_kwh": str(found.energy.bought_kwh),
    }


def unpacked(source: Path) -> Path:
    """Return a folder or workbook to read; a zip is unpacked beside itself, within limits.

    Raises
    ------
    QinglianError
        ``hall.zip_refused`` for a damaged archive, one that unpacks to too much, or a path that leads out.
    """
    if source.suffix.lower() != ".zip":
        return source
    target = source.with_suffix("")
    try:
        with zipfile.ZipFile(source) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_BYTES:
                raise QinglianError("hall.zip_refused", Where(file=source.name), reason="size")
            target.mkdir(exist_ok=True)
            for member in members:
                _extract(archive, member, target, source.name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise QinglianError("hall.zip_refused", Where(file=source.name), reason=str(error)) from error
    return target


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, name: str) -> None:
    """Write one member under its bare name; its size is counted."""
    bare = Path(member.filename.replace("\\", "/")).name
    if ".." in Path(member.filename).parts or member.filename.startswith(("/", "\\")) or not bare:
        raise QinglianError("hall.zip_refused", Where(file=name), reason=member.filename)
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise QinglianError("hall.zip_refused", Where(file=name), reason=member.filename)
    (target / bare).write_bytes(content)
