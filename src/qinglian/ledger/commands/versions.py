"""Verbs of versions: version, lock, restate, replay, erase, evidence-pack, uncertainty, base-year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from qinglian.ledger.restatement import Restatement
    from qinglian.ledger.uncertainty import Estimate
    from qinglian.ledger.versions import Version
    from qinglian.present.console import Console

TONNE = 1000  # kg


@click.group(help="ledger.help_version")
def version() -> None:
    """Inventory versions and their states."""


@version.command("create", help="ledger.help_version_create")
@click.option("--period", help="ledger.option_period")
@click.option("--run", "run_id", help="ledger.option_run")
@click.option("--gwp", type=click.Choice(["AR4", "AR5", "AR6"]), default="AR6", help="ledger.option_gwp_set")
@click.option(
    "--consolidation",
    type=click.Choice(["operational", "financial", "equity"]),
    default="operational",
    help="ledger.option_consolidation",
)
@click.option("--label", default="", help="ledger.option_version_label")
@click.option("--reason", default="", help="ledger.option_why")
@click.pass_obj
def version_create(
    console: Console,
    period: str | None,
    run_id: str | None,
    gwp: str,
    consolidation: str,
    label: str,
    reason: str,
) -> None:
    """Draft a version of a run."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.commands.calculation import newest_run
    from qinglian.ledger.inventory import View
    from qinglian.ledger.versions import create_version

    book = open_book(console.book)
    run = run_id or newest_run(book, period)
    drafted = create_version(book, Actor.of_machine(), run, View(consolidation, gwp), label, reason=reason)
    _emit_version(console, drafted)


def _decide(console: Console, number: int, state: str, note: str) -> None:
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.versions import decide

    _emit_version(console, decide(open_book(console.book), Actor.of_machine(), number, state, note=note))


@version.command("review", help="ledger.help_version_review")
@click.argument("number", type=int)
@click.option("--note", default="", help="ledger.option_decision_note")
@click.pass_obj
def version_review(console: Console, number: int, note: str) -> None:
    """Record a review."""
    _decide(console, number, "reviewed", note)


@version.command("approve", help="ledger.help_version_approve")
@click.argument("number", type=int)
@click.option("--note", default="", help="ledger.option_decision_note")
@click.pass_obj
def version_approve(console: Console, number: int, note: str) -> None:
    """Approve, and lock the period."""
    _decide(console, number, "approved", note)


@version.command("publish", help="ledger.help_version_publish")
@click.argument("number", type=int)
@click.option("--note", default="", help="ledger.option_decision_note")
@click.pass_obj
def version_publish(console: Console, number: int, note: str) -> None:
    """Publish, and print the chain head."""
    _decide(console, number, "published", note)


@version.command("list", help="ledger.help_version_list")
@click.pass_obj
def version_list(console: Console) -> None:
    """List all versions."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.versions import versions

    found = versions(open_book(console.book))
    names = ("version", "label", "state", "independent", "supersedes", "export")
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    rows = tuple(
        (
            str(v.id),
            v.label,
            text(f"ledger.state_{v.state}"),
            text("ledger.yes" if v.independently_reviewed else "ledger.no"),
            "" if v.supersedes is None else str(v.supersedes),
            v.export_sha256,
        )
        for v in found
    )
    console.emit([_record(v) for v in found], Table(text("ledger.versions_title"), columns, rows))


@version.command("diff", help="ledger.help_version_diff")
@click.argument("before", type=int)
@click.argument("after", type=int)
@click.pass_obj
def version_diff(console: Console, before: int, after: int) -> None:
    """Split the difference of two versions; store nothing."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.restatement import difference

    _emit_restatement(console, difference(open_book(console.book), before, after))


@click.command(help="ledger.help_restate")
@click.argument("before", type=int)
@click.argument("after", type=int)
@click.option("--reason", required=True, help="ledger.option_why")
@click.pass_obj
def restate(console: Console, before: int, after: int, reason: str) -> None:
    """Split the difference of two versions and record it."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.restatement import restate as record

    book = open_book(console.book)
    _emit_restatement(console, record(book, Actor.of_machine(), before, after, reason=reason))


@click.group(help="ledger.help_lock")
def lock() -> None:
    """Locked periods."""


@lock.command("list", help="ledger.help_lock_list")
@click.pass_obj
def lock_list(console: Console) -> None:
    """List locked periods."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.facts import from_day_number
    from qinglian.ledger.locks import locked_spans

    with open_book(console.book).read() as connection:
        spans = sorted(locked_spans(connection))
    days = [(from_day_number(start), from_day_number(end - 1), number) for start, end, number in spans]
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in ("start", "last", "version"))
    rows = tuple((start.isoformat(), last.isoformat(), str(number)) for start, last, number in days)
    data = [{"start": start, "last_day": last, "version": number} for start, last, number in days]
    console.emit(data, Table(text("ledger.locks_title"), columns, rows))


@lock.command("open", help="ledger.help_lock_open")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="ledger.option_why")
@click.pass_obj
def lock_open(console: Console, number: int, reason: str) -> None:
    """Reopen the locked period of a version."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.reopening import open_lock

    decision = open_lock(open_book(console.book), Actor.of_machine(), number, reason=reason)
    data = {"decision": decision.id, "version": number}
    console.emit(data, text("ledger.lock_opened_text", version=number, decision=decision.id))


@click.command("approve-adjustment", help="ledger.help_approve_adjustment")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="ledger.option_why")
@click.pass_obj
def approve_adjustment(console: Console, number: int, reason: str) -> None:
    """Allow late data into a version's locked period."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.versions import approve_adjustment as approve

    decision = approve(open_book(console.book), Actor.of_machine(), number, reason=reason)
    data = {"decision": decision.id, "version": number}
    console.emit(data, text("ledger.adjustment_text", decision=decision.id))


@click.command(help="ledger.help_replay")
@click.argument("number", type=int)
@click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help="ledger.option_engine_name"
)
@click.pass_obj
def replay(console: Console, number: int, engine: str) -> Exit:
    """Calculate a version again and compare the bytes of its export."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.engines import open_engine
    from qinglian.ledger.replay import replay as recalculate

    book = open_book(console.book)
    running = open_engine(engine, spill=book.cache_folder)
    try:
        found = recalculate(book, number, engine=running)
    finally:
        running.close()
    data = {
        "same": found.same,
        "stored": found.stored,
        "found": found.found,
        "stored_line": found.stored_line,
        "found_line": found.found_line,
    }
    if found.same:
        console.emit(data, text("ledger.replay_same", sha256=found.found))
        return Exit.OK
    sentences = [text("ledger.replay_different", stored=found.stored, found=found.found)]
    sentences.append(text("ledger.replay_stored_line", line=found.stored_line or "—"))
    sentences.append(text("ledger.replay_found_line", line=found.found_line or "—"))
    console.emit(data, *sentences)
    return Exit.AUDIT_FAILED


@click.group(help="ledger.help_erase")
def erase() -> None:
    """Erasure of names and personal attachments."""


@erase.command("person", help="ledger.help_erase_person")
@click.argument("who")
@click.option("--reason", required=True, help="ledger.option_why")
@click.pass_obj
def erase_person(console: Console, who: str, reason: str) -> None:
    """Destroy what names a person."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.erasure import erase_person as destroy

    decision = destroy(open_book(console.book), Actor.of_machine(), who, reason=reason)
    console.emit({"decision": decision.id}, text("ledger.erased_text", decision=decision.id))


@erase.command("evidence", help="ledger.help_erase_evidence")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="ledger.option_why")
@click.pass_obj
def erase_evidence(console: Console, number: int, reason: str) -> None:
    """Destroy a personal attachment."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.erasure import erase_evidence as destroy

    decision = destroy(open_book(console.book), Actor.of_machine(), number, reason=reason)
    console.emit({"decision": decision.id}, text("ledger.erased_text", decision=decision.id))


@click.command("evidence-pack", help="ledger.help_evidence_pack")
@click.argument("number", type=int)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="ledger.option_output"
)
@click.option("--segments", is_flag=True, help="ledger.option_segments")
@click.pass_obj
def evidence_pack(console: Console, number: int, output: Path, segments: bool) -> None:
    """Write a version's evidence pack."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.evidence_pack import write_evidence_pack

    digest = write_evidence_pack(open_book(console.book), number, output, with_segments=segments)
    data = {"path": str(output), "sha256": digest, "version": number}
    console.emit(data, text("ledger.pack_text", path=output, sha256=digest))


@click.command(help="ledger.help_uncertainty")
@click.argument("number", type=int)
@click.option("--draws", type=click.IntRange(2), default=10_000, help="ledger.option_draws")
@click.option("--seed", type=int, default=0, help="ledger.option_seed")
@click.option("--activity-cv", multiple=True, metavar="QUALITY=CV", help="ledger.option_activity_cv")
@click.option("--analytic", "only_analytic", is_flag=True, help="ledger.option_analytic")
@click.pass_obj
def uncertainty(
    console: Console, number: int, draws: int, seed: int, activity_cv: tuple[str, ...], only_analytic: bool
) -> None:
    """Show mean, median and 95 % interval beside each deterministic total."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.uncertainty import analytic, cells, monte_carlo
    from qinglian.ledger.versions import version as read
    from qinglian.ledger.versions import version_inventory

    book = open_book(console.book)
    of = cells(version_inventory(book, read(book, number)), activity_cv=dict(map(_quality, activity_cv)))
    ways = [(text("ledger.uncertainty_analytic"), "analytic", analytic(of))]
    if not only_analytic:
        title = text("ledger.uncertainty_monte_carlo", draws=draws, seed=seed)
        ways.append((title, "monte_carlo", monte_carlo(of, draws=draws, seed=seed)))
    data = {name: [_estimate_record(e) for e in found] for _, name, found in ways}
    console.emit(data, *(_estimates(number, title, found) for title, _, found in ways))


def _quality(given: str) -> tuple[int, float]:
    quality, _, cv = given.partition("=")
    try:
        return int(quality), float(cv)
    except ValueError as error:
        raise QinglianError("ledger.activity_cv_unreadable", text=given) from error


def _estimates(number: int, method: str, found: list[Estimate]) -> Table:
    names = ("deterministic", "mean", "median", "low", "high")
    columns = (
        Column(text("ledger.column_scope")),
        Column(text("ledger.column_method")),
        *(Column(text(f"ledger.column_{name}"), "t CO2e", "quantity", 4) for name in names),
        Column(text("ledger.column_covered"), kind="share", digits=3),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            e.scope,
            e.method,
            *(_rounded(getattr(e, name) / TONNE) for name in names),
            _rounded(e.covered),
        )
        for e in found
    )
    title = text("ledger.uncertainty_title", version=number, method=method)
    return Table(title, columns, rows, (text("ledger.uncertainty_note"),))


def _estimate_record(estimate: Estimate) -> dict[str, object]:
    """Return an estimate as data, kg CO2e to six significant digits: statistics claim no more."""
    numbers = ("deterministic", "mean", "median", "low", "high", "sd", "covered")
    record: dict[str, object] = {name: _rounded(getattr(estimate, name)) for name in numbers}
    return {"scope": estimate.scope, "method": estimate.method, **record}


def _rounded(value: float) -> Decimal:
    return Decimal(f"{value:.6g}")


def _emit_version(console: Console, found: Version) -> None:
    state = text(f"ledger.state_{found.state}")
    sentences = [text("ledger.version_text", version=found.id, label=found.label, state=state)]
    if found.head is not None:
        sentences.append(text("ledger.head_text", head=found.head))
    if found.state in {"approved", "published"} and not found.independently_reviewed:
        sentences.append(text("ledger.not_independent"))
    console.emit(_record(found), *sentences)


def _record(found: Version) -> dict[str, object]:
    return {
        "version": found.id,
        "label": found.label,
        "state": found.state,
        "run": found.run,
        "view": found.view.record(),
        "export_sha256": found.export_sha256,
        "supersedes": found.supersedes,
        "independently_reviewed": found.independently_reviewed,
        "head": found.head,
    }


def _emit_restatement(console: Console, found: Restatement) -> None:
    names = ("before", "activity_effect", "factor_effect", "gwp_effect", "boundary_effect", "after")
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in ("account", "scope", "method")) + tuple(
        Column(text(f"ledger.column_{name}"), "t CO2e", "quantity") for name in names
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            d.account,
            d.scope,
            d.method,
            *(Fraction(value) / TONNE for value in (d.before, *d.effects, d.after)),
        )
        for d in found.differences
    )
    title = text("ledger.restatement_title", before=found.before, after=found.after)
    data = {"from": found.before, "to": found.after, "differences": [d.record() for d in found.differences]}
    console.emit(data, Table(title, columns, rows))


@click.group("base-year", help="ledger.help_base_year")
def base_year() -> None:
    """Base year, structural changes and the recalculation test."""


@base_year.command("declare", help="ledger.help_base_year_declare")
@click.argument("year")
@click.option("--threshold", type=Fraction, default="0.05", show_default=True, help="ledger.option_threshold")
@click.pass_obj
def base_year_declare(console: Console, year: str, threshold: Fraction) -> None:
    """Declare the base year."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.base_year import BaseYear, declare_base_year
    from qinglian.ledger.book import open_book

    declare_base_year(open_book(console.book), Actor.of_machine(), BaseYear(year, threshold))
    data = {"year": year, "threshold": threshold}
    console.emit(data, text("ledger.base_year_text", year=year, threshold=f"{float(threshold):.4g}"))


@base_year.command("change", help="ledger.help_base_year_change")
@click.argument("kind")
@click.argument("name")
@click.option("--kg", type=Fraction, help="ledger.option_base_kg")
@click.option("--both-reported", is_flag=True, help="ledger.option_both_reported")
@click.pass_obj
def base_year_change(
    console: Console, kind: str, name: str, kg: Fraction | None, both_reported: bool
) -> None:
    """Record a change that is pending until the base year is recalculated."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.base_year import Change, record_change
    from qinglian.ledger.book import open_book

    change = Change(kind, name, kg, both_reported)
    record_change(open_book(console.book), Actor.of_machine(), change)
    console.emit({"kind": kind, "name": name, "effect_kg_co2e": change.effect}, f"{kind} {name}")


@base_year.command("test", help="ledger.help_base_year_test")
@click.option("--total", type=Fraction, required=True, metavar="KG", help="ledger.option_base_total")
@click.pass_obj
def base_year_test(console: Console, total: Fraction) -> None:
    """Test the pending changes against the threshold."""
    from qinglian.core.decimals import plain
    from qinglian.ledger.base_year import recalculation_test
    from qinglian.ledger.book import open_book

    found = recalculation_test(open_book(console.book), total)
    data = {
        "base": found.base,
        "cumulative": found.cumulative,
        "due": found.due,
        "recalculated": found.recalculated,
    }
    share = f"{float(found.cumulative / found.base):.2%}" if found.base else "—"
    key = "ledger.recalculation_due" if found.due else "ledger.recalculation_not_due"
    words = text(key, share=share, base=plain(found.base), recalculated=plain(found.recalculated))
    console.emit(data, words)
