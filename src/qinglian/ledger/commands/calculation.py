"""Verbs of the calculation: calculate, inventory, explain, trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.decimals import plain
from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from datetime import datetime

    from qinglian.ledger.book import Book
    from qinglian.ledger.inventory import Inventory
    from qinglian.ledger.unresolved import Unresolved
    from qinglian.present.console import Console


@click.command(help="ledger.help_calculate")
@click.option("--period", required=True, help="ledger.option_period")
@click.option("--scenario", default="actual", help="ledger.option_scenario")
@click.option("--cutoff", type=click.DateTime(["%Y-%m-%d"]), help="ledger.option_cutoff")
@click.option("--policy", type=click.Path(exists=True, dir_okay=False), help="ledger.option_policy")
@click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help="ledger.option_engine"
)
@click.option("--complete", is_flag=True, help="ledger.option_complete")
@click.pass_obj
def calculate(
    console: Console,
    period: str,
    scenario: str,
    cutoff: datetime | None,
    policy: str | None,
    engine: str,
    complete: bool,
) -> Exit:
    """Seal the inbox and calculate a period."""
    from pathlib import Path

    from qinglian.core.period import parse_period
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.calculation import calculate as run_calculation
    from qinglian.ledger.engines import open_engine
    from qinglian.ledger.policy import parse_policy

    book = open_book(console.book)
    span = parse_period(period, book.identity.calendar, book.identity.zone)
    with console.progress(text("ledger.calculating", period=span.label)):
        run = run_calculation(
            book,
            Actor.of_machine(),
            span,
            scenario=scenario,
            cutoff=cutoff.date() if cutoff else None,
            policy=parse_policy(Path(policy).read_text(encoding="utf-8")) if policy else None,
            engine=open_engine(engine, spill=book.cache_folder),
        )
    console.emit(
        {"run": run.id, "coverage": run.counts}, coverage_table(run.counts), text("ledger.run", run=run.id)
    )
    unresolved = any(tally["unresolved"] for tally in run.counts.values())
    return Exit.INCOMPLETE if complete and unresolved else Exit.OK


def coverage_table(counts: dict[str, dict[str, int]]) -> Table:
    """Coverage per rule: demands = exact + declared fallback + unresolved."""
    names = ("demands", "exact", "fallback", "unresolved")
    columns = (Column(text("ledger.column_rule")),) + tuple(
        Column(text(f"ledger.column_{name}"), kind="quantity", digits=None) for name in names
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (rule, *(tally[name] for name in names)) for rule, tally in sorted(counts.items())
    )
    return Table(text("ledger.coverage"), columns, rows, (text("ledger.coverage_note"),))


def newest_run(book: Book, period: str | None = None) -> str:
    """Newest run of actual facts, of a period or of all."""
    from sqlalchemy import select

    from qinglian.core.errors import QinglianError
    from qinglian.core.period import parse_period
    from qinglian.ledger import schema
    from qinglian.ledger.facts import ACTUAL

    actual = schema.run.c.scenario == ACTUAL
    query = select(schema.run.c.id).where(actual).order_by(schema.run.c.seq.desc()).limit(1)
    if period is not None:
        span = parse_period(period, book.identity.calendar, book.identity.zone)
        query = query.where(schema.run.c.period_start == span.start, schema.run.c.period_end == span.end)
    with book.read() as connection:
        found = connection.execute(query).scalar()
    if found is None:
        raise QinglianError("ledger.run_unknown", run=period or "-")
    return str(found)


def _view_options(command: Any) -> Any:
    for option in (
        click.option("--period", help="ledger.option_period"),
        click.option("--run", "run_id", help="ledger.option_run"),
        click.option(
            "--gwp", type=click.Choice(["AR4", "AR5", "AR6"]), default="AR6", help="ledger.option_gwp"
        ),
        click.option(
            "--consolidation",
            type=click.Choice(["operational", "financial", "equity"]),
            default="operational",
            help="ledger.option_consolidation",
        ),
    ):
        command = option(command)
    return command


def _open(
    console: Console, period: str | None, run_id: str | None, gwp: str, consolidation: str
) -> tuple[Book, Inventory]:
    from qinglian.ledger.book import open_book
    from qinglian.ledger.inventory import View, read_inventory

    book = open_book(console.book)
    run = run_id or newest_run(book, period)
    return book, read_inventory(book, run, View(consolidation, gwp))


@click.command(help="ledger.help_inventory")
@_view_options
@click.option("--iso", is_flag=True, help="ledger.option_iso")
@click.option("--gases", is_flag=True, help="ledger.option_gases")
@click.option("--export", type=click.Path(dir_okay=False, writable=True), help="ledger.option_export")
@click.pass_obj
def inventory(
    console: Console,
    period: str | None,
    run_id: str | None,
    gwp: str,
    consolidation: str,
    iso: bool,
    gases: bool,
    export: str | None,
) -> None:
    """Show an inventory: scopes, categories, gases, coverage and quality."""
    from qinglian.ledger.report import gas_table, iso_table, scope_table, summary
    from qinglian.ledger.unresolved import unresolved

    book, found = _open(console, period, run_id, gwp, consolidation)
    figures: list[Any] = [iso_table(found) if iso else scope_table(found)]
    if gases:
        figures.append(gas_table(found))
    figures.append(coverage_table(found.counts))
    missing = unresolved(book, found)
    if missing:
        figures.append(unresolved_table(missing))
    figures.append(text("ledger.export_hash", sha256=found.sha256))
    if export:
        from pathlib import Path

        from qinglian.ledger.files import write_atomically

        write_atomically(Path(export), found.canonical())
    console.emit({**summary(found), "unresolved": [entry.record() for entry in missing]}, *figures)


def unresolved_table(entries: list[Unresolved]) -> Table:
    """Return what is in no total, with the reasons."""
    names = ("rule", "activity", "facility", "records", "amount", "reason")
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            entry.rule,
            entry.activity,
            ", ".join(entry.facilities),
            entry.records,
            f"{plain(entry.quantity)} {entry.unit}",
            "; ".join(entry.reasons),
        )
        for entry in entries
    )
    return Table(text("ledger.unresolved_title"), columns, rows)


@click.command(help="ledger.help_explain")
@_view_options
@click.option("--scope", type=click.Choice(["1", "2", "3"]), help="ledger.option_scope")
@click.option("--method", type=click.Choice(["location", "market"]), help="ledger.option_method")
@click.option("--category", type=click.IntRange(1, 15), help="ledger.option_category")
@click.option("--rule", help="ledger.option_rule")
@click.option(
    "--account",
    type=click.Choice(["gross", "biogenic", "removal", "outside_kyoto"]),
    default="gross",
    help="ledger.option_account",
)
@click.option("--claim", type=int, help="ledger.option_claim")
@click.option("--records", type=click.IntRange(1), default=5, help="ledger.option_records")
@click.pass_obj
def explain(
    console: Console,
    period: str | None,
    run_id: str | None,
    gwp: str,
    consolidation: str,
    scope: str | None,
    method: str | None,
    category: int | None,
    rule: str | None,
    account: str,
    claim: int | None,
    records: int,
) -> None:
    """Explain a total down to factor, file and row; or a claim."""
    if claim is not None:
        from qinglian.ledger.book import open_book
        from qinglian.ledger.explain_claim import explain_claim

        told = explain_claim(open_book(console.book), claim)
        console.emit(_tree_data(told), told)
        return
    from qinglian.ledger.explain import Explained, explanation
    from qinglian.ledger.unresolved import unresolved

    book, found = _open(console, period, run_id, gwp, consolidation)
    asked = {"scope": scope, "method": method, "category": category, "id": rule}
    where = {name: value for name, value in asked.items() if value is not None}
    total = explanation(book, found, limit=records, account=account, **where)
    missing = tuple(
        Explained(
            "unresolved",
            f"{entry.rule} · {entry.activity}: {plain(entry.quantity)} {entry.unit}",
            entry.record(),
            tuple(Explained("reason", reason) for reason in entry.reasons),
        )
        for entry in unresolved(book, found, **where)
    )
    if missing:
        apart = Explained("unresolved_total", text("ledger.unresolved_title"), {}, missing)
        total = replace(total, children=(*total.children, apart))
    console.emit(total.record(), total.tree())


def _tree_data(tree: Any) -> dict[str, Any]:
    return {"label": tree.label, "children": [_tree_data(child) for child in tree.children]}


@click.command(help="ledger.help_trace")
@click.option("--period", help="ledger.option_period")
@click.option("--run", "run_id", help="ledger.option_run")
@click.option("--activity", help="ledger.option_activity")
@click.pass_obj
def trace(console: Console, period: str | None, run_id: str | None, activity: str | None) -> None:
    """Show which factor was chosen, which were rejected, and at which step of the policy."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.explain import rejected

    book = open_book(console.book)
    entries = [
        e for e in rejected(book, run_id or newest_run(book, period)) if activity in {None, e["activity"]}
    ]
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in TRACED)
    table = Table(text("ledger.trace"), columns, tuple(map(traced_row, entries)))
    console.emit([_trace_record(entry) for entry in entries], table)


def _trace_record(entry: dict[str, Any]) -> dict[str, Any]:
    candidate = entry["candidate"]
    return {**entry, "candidate": candidate.record() if candidate else None}


TRACED = ("rule", "activity", "place", "from", "to", "value", "at_place", "valid", "basis", "pack", "outcome")


def traced_row(entry: dict[str, Any]) -> tuple[str | None, ...]:
    """Row of the trace: the question, the candidate as its pack states it, and what became of it."""
    asked = (*(entry[name] for name in TRACED[:3]), entry["from"].isoformat(), entry["to"].isoformat())
    return (*asked, *_candidate(entry), _outcome(entry))


def _candidate(entry: dict[str, Any]) -> tuple[str | None, ...]:
    """Value per unit, place, validity, basis, pack with version; of a lost composite only the id."""
    from qinglian.ledger.explain import gases_text

    factor = entry["candidate"]
    if factor is None:
        return (entry["factor"], None, None, None, None)
    version = f"{factor.pack} {factor.version}" if not factor.parts else factor.version
    valid = f"{factor.valid_from}..{factor.valid_to or '…'}"
    return (f"{gases_text(factor)} / {factor.per_unit}", factor.place, valid, factor.basis, version)


def _outcome(entry: dict[str, Any]) -> str:
    """Say whether a candidate was chosen, and if not, what the other was better at."""
    from qinglian.ledger.unresolved import reason_text

    if entry["factor"] is None:
        return reason_text(entry["lost_at"])
    return text("ledger.was_chosen") if entry["chosen"] else text(f"ledger.lost_{entry['lost_at']}")
