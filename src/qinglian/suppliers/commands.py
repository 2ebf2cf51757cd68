"""``qinglian suppliers …``: the verbs every room has; proposals, accept, reject; assess; form."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.text import language, text
from qinglian.present.drawings import svg_option, write_drawings
from qinglian.present.exits import Exit

if TYPE_CHECKING:
    from qinglian.present.console import Console
    from qinglian.present.figures import Figure
    from qinglian.suppliers.deciding import Decision
    from qinglian.suppliers.readers import SupplierFolder

PATH = click.Path(path_type=Path)
FOLDER = click.argument("path", type=PATH)
DAY = click.DateTime(["%Y-%m-%d"])
DECIDED = click.option("--on", "day", type=DAY, required=True, help="suppliers.option_on")
REASON = click.option("--reason", required=True, help="suppliers.option_reason")


@click.group(help="suppliers.help_room", no_args_is_help=True)
def suppliers() -> None:
    """Suppliers: purchases, footprints, assessments."""


@suppliers.command("template", help="suppliers.help_template", short_help="suppliers.help_template")
@click.argument("path", type=PATH, default=Path("suppliers"))
@click.option("--form", is_flag=True, help="suppliers.option_form")
@click.option("--no-example", is_flag=True, help="suppliers.option_no_example")
@click.pass_obj
def template(console: Console, path: Path, form: bool, no_example: bool) -> None:
    """Write empty tables to fill in, or the one-page form."""
    from qinglian.ingest.schema_template import write_template
    from qinglian.suppliers.readers import form_schema, schema

    chosen = form_schema() if form else schema()
    files = write_template(chosen, path, language(), example=not no_example)
    said = text("suppliers.template_written", count=len(files), path=path)
    console.emit({"files": [str(file) for file in files]}, said)


@suppliers.command("check", help="suppliers.help_check", short_help="suppliers.help_check")
@FOLDER
@click.pass_obj
def check(console: Console, path: Path) -> None:
    """Read a folder and say what is in it; post nothing."""
    from qinglian.suppliers.readers import read
    from qinglian.suppliers.report import proposal_table

    folder = _read(console, read(path))
    counts = {
        name: len(getattr(folder, name))
        for name in ("partners", "parts", "purchases", "footprints", "answers")
    }
    console.emit(counts, proposal_table(folder, {}), text("suppliers.checked", **counts))


@suppliers.command("import", help="suppliers.help_import", short_help="suppliers.help_import")
@FOLDER
@click.pass_obj
def import_folder(console: Console, path: Path) -> Exit:
    """Post purchases: by accepted footprints where there are, else by quantity or by money."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.suppliers.account import post_folder
    from qinglian.suppliers.readers import read

    posting = post_folder(open_book(console.book), Actor.of_machine(), _read(console, read(path)), path)
    data = {
        "batch": posting.batch,
        "posted": posting.posted,
        "already": len(posting.already),
        "conflicts": len(posting.conflicts),
        "same_file_as": posting.same_file_as,
    }
    if posting.same_file_as is not None:
        console.note(text("suppliers.same_file", batch=posting.same_file_as))
    console.emit(data, text("suppliers.posted", **data))
    return Exit.CONFLICT if posting.conflicts else Exit.OK


@suppliers.command("report", help="suppliers.help_report", short_help="suppliers.help_report")
@FOLDER
@click.option("--period", help="suppliers.option_period")
@svg_option
@click.pass_obj
def report(console: Console, path: Path, period: str | None, drawing: Path | None) -> None:
    """Coverage by spend; with --period category 1 by method and partner, and coverage by emissions."""
    from qinglian.core.period import parse_period
    from qinglian.ledger.book import open_book
    from qinglian.suppliers.model import COUNTED_TARGETS
    from qinglian.suppliers.posted import calculated
    from qinglian.suppliers.readers import read
    from qinglian.suppliers.report import coverage_table, method_table, partner_bars
    from qinglian.suppliers.totals import emission_coverage, spend_coverage

    folder = _read(console, read(path))
    covered = [
        (text("suppliers.by_spend", currency=currency), found)
        for currency, found in spend_coverage(folder.partners, folder.purchases).items()
    ]
    data: dict[str, object] = {}
    figures: list[Figure] = []
    if period is not None:
        book = open_book(console.book)
        found = calculated(book, parse_period(period, book.identity.calendar, book.identity.zone))
        if found is None:
            raise QinglianError("suppliers.not_calculated", period=period)
        covered.append((text("suppliers.by_emissions"), emission_coverage(folder.partners, found)))
        names = {one.id: one.name for one in folder.partners}
        figures += [method_table(found), partner_bars(found, names)]
        data |= {
            "kg_co2e": plain(found.kg_co2e),
            "by_method": {name: plain(kg) for name, kg in found.by_method().items()},
            "by_partner": {name: plain(kg) for name, kg in found.by_partner().items()},
            "primary_share": _share(found.primary_share),
            "quality": _share(found.quality),
            "unresolved": found.unresolved,
        }
    data["coverage"] = {label: _share(one.share(COUNTED_TARGETS)) for label, one in covered}
    figures.append(coverage_table(covered))
    if drawing is not None:
        write_drawings(drawing, tuple(figures))
    console.emit(data, *figures)


@suppliers.command("verify", help="suppliers.help_verify", short_help="suppliers.help_verify")
@FOLDER
@click.pass_obj
def verify(console: Console, path: Path) -> Exit:
    """Recompute what partners state of their footprints; exit 4 and the statement that fails."""
    from qinglian.suppliers.readers import read
    from qinglian.suppliers.verify import verify_footprints

    folder = _read(console, read(path))
    failed = verify_footprints(folder)
    count = len(folder.footprints)
    said = [
        *(str(problem) for problem in failed),
        text("suppliers.verified", footprints=count, failed=len(failed)),
    ]
    data = {
        "footprints": count,
        "failed": [
            {
                "code": problem.code,
                "message": problem.message(),
                "file": None if problem.where is None else problem.where.file,
                "row": None if problem.where is None else problem.where.row,
            }
            for problem in failed
        ],
    }
    console.emit(data, *said)
    return Exit.AUDIT_FAILED if failed else Exit.OK


@suppliers.command("proposals", help="suppliers.help_proposals", short_help="suppliers.help_proposals")
@FOLDER
@click.pass_obj
def proposals(console: Console, path: Path) -> None:
    """List received footprints, what was decided, and what speaks against them."""
    from qinglian.ledger.book import open_book
    from qinglian.suppliers.deciding import decisions
    from qinglian.suppliers.readers import read
    from qinglian.suppliers.report import proposal_table

    folder, decided = _read(console, read(path)), decisions(open_book(console.book))
    data = [
        {
            "footprint": one.id,
            "partner": one.partner,
            "total": plain(one.total),
            "decision": decided.get(one.id),
        }
        for one in folder.footprints
    ]
    console.emit(data, proposal_table(folder, decided))


@suppliers.command("accept", help="suppliers.help_accept", short_help="suppliers.help_accept")
@FOLDER
@click.argument("footprint")
@DECIDED
@REASON
@click.pass_obj
def accept(console: Console, path: Path, footprint: str, day: datetime, reason: str) -> None:
    """Make a footprint a factor, and post the lines it answers for again."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.suppliers.deciding import accept as decide
    from qinglian.suppliers.readers import read

    folder = _read(console, read(path))
    book, actor = open_book(console.book), Actor.of_machine()
    _say(console, decide(book, actor, folder, path, footprint, decided=day.date(), reason=reason))


@suppliers.command("reject", help="suppliers.help_reject", short_help="suppliers.help_reject")
@FOLDER
@click.argument("footprint")
@DECIDED
@REASON
@click.pass_obj
def reject(console: Console, path: Path, footprint: str, day: datetime, reason: str) -> None:
    """Record that a footprint is not used, and why."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.suppliers.deciding import reject as decide
    from qinglian.suppliers.readers import read

    folder = _read(console, read(path))
    book, actor = open_book(console.book), Actor.of_machine()
    _say(console, decide(book, actor, folder, footprint, decided=day.date(), reason=reason))


@suppliers.command("assess", help="suppliers.help_assess", short_help="suppliers.help_assess")
@FOLDER
@click.option("--method", default="miit-generic", show_default=True, help="suppliers.option_method")
@click.option("--file", "file", type=PATH, help="suppliers.option_method_file")
@click.pass_obj
def assess(console: Console, path: Path, method: str, file: Path | None) -> None:
    """Score partners by a method; who answered nothing is not rated."""
    from qinglian.suppliers.assessment import read_method, score, shipped_methods
    from qinglian.suppliers.readers import read
    from qinglian.suppliers.report import score_table

    folder = _read(console, read(path))
    shipped = shipped_methods()
    if file is None and method not in shipped:
        raise QinglianError("suppliers.method_unknown", method=method, known=", ".join(shipped))
    chosen = shipped[method] if file is None else read_method(file)
    answers: dict[str, dict[str, Fraction | None]] = {one.id: {} for one in folder.partners}
    for answer in folder.answers:
        answers[answer.partner][answer.indicator] = answer.share
    scores = {partner: score(chosen, given) for partner, given in answers.items()}
    data = {
        partner: {
            "rated": found.rated,
            "points": plain(found.reached) if found.rated else None,
            "open": plain(found.open_points),
        }
        for partner, found in scores.items()
    }
    console.emit(data, score_table(chosen, scores))


@suppliers.command("form", help="suppliers.help_form", short_help="suppliers.help_form")
@FOLDER
@click.pass_obj
def form(console: Console, path: Path) -> Exit:
    """Scope 1, scope 2 and an intensity from a small supplier's bills; exit 3 where something is missing."""
    from qinglian.suppliers.form import METHOD, evaluate
    from qinglian.suppliers.readers import read_form
    from qinglian.suppliers.report import form_table

    rows = read_form(path)
    results = []
    for index, row in enumerate(rows):
        try:
            results.append(evaluate(row))
        except QinglianError as error:
            raise QinglianError(error.code, rows.where(index), **error.problem.params) from error
    data = [
        {
            "company": found.company,
            "scope_1_kg": plain(found.scope1),
            "scope_2_location_kg": plain(found.scope2),
            "intensity_kg_per_currency": _share(found.intensity),
            "currency": found.currency,
            "method": METHOD,
            "missing": list(found.missing),
            "unresolved": list(found.unresolved),
        }
        for found in results
    ]
    console.emit(data, *(form_table(found) for found in results))
    return Exit.OK if all(found.complete for found in results) else Exit.INCOMPLETE


def _say(console: Console, decision: Decision) -> None:
    data = {"footprint": decision.footprint, "state": decision.state, "lines": decision.lines}
    console.emit(
        data, text(f"suppliers.{decision.state}", footprint=decision.footprint, count=decision.lines)
    )


def _share(value: Fraction | None) -> str | None:
    return None if value is None else plain(value)


def _read(console: Console, folder: SupplierFolder) -> SupplierFolder:
    for notice in folder.notices:
        console.note(str(notice))
    return folder
