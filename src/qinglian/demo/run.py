"""The demonstration from files to figures: everything it prints comes out of the book it has just made."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError, Where
from qinglian.core.period import FiscalCalendar, parse_period
from qinglian.core.text import text
from qinglian.demo.claims import Saving, Statement, enter, read_claims, recompute
from qinglian.demo.equivalence import Equivalence
from qinglian.demo.generator import ACTIVITY_FILES, write_files
from qinglian.demo.importing import import_file
from qinglian.demo.production import planned
from qinglian.demo.rooms import ROOMS, post_room
from qinglian.ingest.accounts import read_certificates
from qinglian.ledger import evidence
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.book import Book, create_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.explain import explain
from qinglian.ledger.installed import install_packs
from qinglian.ledger.instruments import add_instruments
from qinglian.ledger.inventory import Inventory, View, read_inventory
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.report import gas_table, iso_table, scope_table, summary
from qinglian.present.figures import Column, Figure, Table
from qinglian.present.numbers import shown

if TYPE_CHECKING:
    from qinglian.present.console import Console

MARK = ".qinglian-demo"
PERIOD = "FY2022"
GWP = "AR5"
DIMENSIONS = ("production", "suppliers", "logistics", "recycling", "packaging")
# In both languages at once: the canonical export has the same bytes whichever language the reader has.
ORGANISATION = "合成笔记本制造商 Synthetic Laptop Maker"

ClaimRow: TypeAlias = tuple[str, str, str, Fraction | None, str]


@dataclass(slots=True)
class Outcome:
    """What the demonstration has to show: data for a program, figures for a person."""

    data: dict[str, object] = field(default_factory=dict)
    figures: list[Figure | str] = field(default_factory=list)


def run_demo(folder: Path, console: Console) -> Outcome:
    """Make the files and the book in a folder, calculate, explain, audit; return what there is to show.

    A folder an earlier demonstration made is made anew.

    Raises
    ------
    QinglianError
        ``demo.folder_taken`` where the folder holds anything else.
    """
    actor = Actor.of_machine()
    files, home = _prepare(folder)
    outcome = Outcome(figures=[text("demo.title")])
    with console.progress(text("demo.title")):
        book = create_book(home, organisation=ORGANISATION, calendar=FiscalCalendar(4, "start"), actor=actor)
        install_packs(book, actor)
        _facilities(book, actor, files / "facilities.csv")
        _imports(book, actor, files, outcome)
        _certificates(book, actor, files / "certificates.csv", outcome)
        inventory = _inventory(book, actor, outcome)
        _dimensions(book, inventory, home, outcome)
        _explained(book, inventory, outcome)
        _claims(book, actor, outcome)
        _laps(book, actor, folder, outcome)
        _audited(book, outcome)
    _next(home, outcome)
    return outcome


def _prepare(folder: Path) -> tuple[Path, Path]:
    files, home = folder / "files", folder / "book"
    made = (files, home, folder / "week", folder / "plan", folder / "hall")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise QinglianError("demo.folder_taken", Where(file=str(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    for old in made:
        if old.exists():
            shutil.rmtree(old)
    write_files(files)
    for room in ROOMS:
        room.write(files / room.name)
    return files, home


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _facilities(book: Book, actor: Actor, path: Path) -> None:
    for row in _rows(path):
        add_facility(book, actor, row["code"], name=row["name"], where=row["place"])


def _imports(book: Book, actor: Actor, files: Path, outcome: Outcome) -> None:
    rows = []
    for name in ACTIVITY_FILES:
        posted = import_file(book, actor, files / name)
        rows.append((name.partition("/")[0], name, Fraction(posted)))
    for room in ROOMS:
        posted = post_room(book, actor, room, files / room.name)
        rows.append((room.name, f"{room.name}/", Fraction(posted)))
    columns = (
        Column(text("demo.dimension")),
        Column(text("demo.file")),
        Column(text("demo.rows"), kind="quantity"),
    )
    outcome.figures.append(Table(text("demo.imported"), columns, tuple(rows)))
    outcome.data["imported"] = [{"file": name, "rows": int(posted)} for _, name, posted in rows]


def _certificates(book: Book, actor: Actor, path: Path, outcome: Outcome) -> None:
    count = add_instruments(book, actor, read_certificates(path), source=evidence.store(book, path))
    outcome.figures.append(text("demo.instruments", count=count))
    outcome.data["instruments"] = count


def _inventory(book: Book, actor: Actor, outcome: Outcome) -> Inventory:
    period = parse_period(PERIOD, book.identity.calendar, book.identity.zone)
    run = calculate(book, actor, period)
    inventory = read_inventory(book, run.id, View(gwp=GWP))
    outcome.figures += [
        text("demo.policy"),
        scope_table(inventory),
        iso_table(inventory),
        gas_table(inventory),
    ]
    unresolved = _unresolved(inventory)
    outcome.figures += [unresolved] if unresolved.rows else []
    outcome.figures.append(text("demo.export", sha256=inventory.sha256))
    outcome.data["inventory"] = summary(inventory)
    outcome.data["unresolved"] = [
        {"rule": rule, "activity": activity, "records": count} for rule, activity, count in unresolved.rows
    ]
    return inventory


def _unresolved(inventory: Inventory) -> Table:
    """Activities that no factor answers, per rule: excluded from the totals and shown."""
    records: dict[tuple[str, str], int] = defaultdict(int)
    for line in inventory.unresolved():
        records[line.rule.id, line.stream.activity] += line.records
    rows = tuple((rule, activity, count) for (rule, activity), count in sorted(records.items()))
    columns = (
        Column(text("ledger.column_line")),
        Column(text("demo.activity")),
        Column(text("demo.rows"), kind="quantity"),
    )
    return Table(text("demo.unresolved"), columns, rows)


def _dimensions(book: Book, inventory: Inventory, home: Path, outcome: Outcome) -> None:
    """Say a line about each dimension, with the command that lists the rows behind its largest part."""
    period = parse_period(PERIOD, book.identity.calendar, book.identity.zone)
    headlines = {room.name: room.headline(book, period) for room in ROOMS}
    columns = (
        Column(text("demo.dimension")),
        Column("t CO2e", kind="quantity"),
        Column(text("demo.in_brief")),
        Column(text("demo.down_to_the_row")),
    )
    rows: list[tuple[str, Fraction, str | None, str]] = []
    for name in DIMENSIONS:
        parts = _by_activity(inventory, name)
        largest = max(parts, key=lambda activity: (parts[activity], activity))
        command = f"qinglian records --book {home} --activity {largest} --limit 3"
        rows.append((name, sum(parts.values(), Fraction(0)) / 1000, headlines.get(name), command))
    outcome.figures.append(Table(text("demo.dimensions"), columns, tuple(rows)))
    outcome.data["dimensions"] = [
        {"dimension": name, "t_co2e": tonnes, "in_brief": brief, "rows": command}
        for name, tonnes, brief, command in rows
    ]


def _by_activity(inventory: Inventory, dimension: str) -> dict[str, Fraction]:
    """Gross kilograms of CO2e of a dimension by activity; scope 2 by location."""
    parts: dict[str, Fraction] = defaultdict(Fraction)
    for emission in inventory.select():
        line = emission.line
        if (line.stream.dimension or "production") == dimension and line.rule.method != "market":
            parts[line.stream.activity] += emission.kg_co2e
    return parts


def _explained(book: Book, inventory: Inventory, outcome: Outcome) -> None:
    tree = explain(book, inventory, limit=2, scope="2", method="location")
    outcome.figures += [text("demo.explained"), tree]


def _claims(book: Book, actor: Actor, outcome: Outcome) -> None:
    statements, equivalences = read_claims()
    period = parse_period(PERIOD, book.identity.calendar, book.identity.zone)
    rows: list[ClaimRow] = []
    savings: list[Saving] = []
    for statement in statements:
        found = recompute(book, actor, statement) if statement.recomputable else []
        enter(book, actor, statement, found, period)
        rows += _claim_rows(statement, found)
        savings += found
    titles = [text(f"demo.{name}") for name in ("claim", "stated", "year", "recomputed", "factor")]
    columns = tuple(
        Column(title, "t CO2", "quantity") if n == 3 else Column(title) for n, title in enumerate(titles)
    )
    outcome.figures.append(Table(text("demo.claims"), columns, tuple(rows)))
    outcome.figures += _trees(equivalences, savings)
    outcome.data["claims"] = [
        {"name": name, "stated": stated, "year": year or None, "t_co2": tonnes, "factor_or_reason": why}
        for name, stated, year, tonnes, why in rows
    ]


def _claim_rows(statement: Statement, savings: list[Saving]) -> list[ClaimRow]:
    stated = statement.entry["stated"]
    if not savings:
        reason = text("demo.not_recomputable", missing=statement.missing)
        return [(statement.name, stated, "", None, reason)]
    return [(statement.name, stated, saving.year, saving.kg / 1000, factor_of(saving)) for saving in savings]


def factor_of(saving: Saving) -> str:
    """Write the factor of a saving with its place and citation."""
    return f"{plain(saving.factor)} kg CO2/{saving.per_unit} · {saving.place} · {saving.citation}"


def _trees(equivalences: list[Equivalence], savings: list[Saving]) -> list[str]:
    sentences = []
    for equivalence in equivalences:
        for saving in savings[-1:]:
            try:
                items = equivalence.items(saving.kg)
            except QinglianError as refusal:
                sentences.append(text("demo.refused", message=refusal.problem.message()))
                continue
            sentences.append(
                f"{saving.year}: "
                + text(
                    "demo.trees",
                    items=shown(Fraction(round(items)), None),
                    name=equivalence.name,
                    basis=equivalence.time_basis,
                    kg=equivalence.kg_per_item,
                    source=equivalence.source,
                    version=equivalence.version,
                )
            )
    return sentences


def _laps(book: Book, actor: Actor, folder: Path, outcome: Outcome) -> None:
    data, figures = planned(book, actor, folder / "week", folder / "plan")
    outcome.data["production"] = data
    outcome.figures += figures


def _audited(book: Book, outcome: Outcome) -> None:
    result = audit(book)
    if not result.passed:
        raise QinglianError.many([finding.problem for finding in result.findings])
    outcome.figures.append(
        text("demo.audit_passed", entries=result.entries, files=result.files, head=result.head)
    )
    outcome.data["audit"] = {"passed": True, "head": result.head, "entries": result.entries}


def _next(home: Path, outcome: Outcome) -> None:
    commands = [
        f"qinglian inventory --book {home} --gwp AR6",
        f"qinglian explain --book {home} --scope 1",
        f"qinglian trace --book {home} --activity electricity.purchased",
        f"qinglian audit --book {home}",
        f"qinglian production plan {home.parent / 'week'} --time 30 --out my-plan",
    ]
    outcome.figures.append("\n".join([text("demo.next"), *(f"  {command}" for command in commands)]))
    outcome.data["next"] = commands
