"""``qinglian logistics …``: template, check, import, report, operations, verify, distance, ileap."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.text import language, text
from qinglian.logistics.answers import problem_data, said_of_posting
from qinglian.logistics.ileap_commands import ileap
from qinglian.present.drawings import svg_option
from qinglian.present.exits import Exit

if TYPE_CHECKING:
    from qinglian.logistics.booking import Ruled
    from qinglian.logistics.distances import Place
    from qinglian.logistics.model import Distance
    from qinglian.logistics.readers import LogisticsFolder
    from qinglian.present.console import Console

PATH = click.Path(path_type=Path)
FOLDER = click.argument("path", type=PATH)


@click.group(help="logistics.help_room", no_args_is_help=True)
def logistics() -> None:
    """Logistics: chains, distances, carriers."""


logistics.add_command(ileap)


@logistics.command("template", help="logistics.help_template", short_help="logistics.help_template")
@click.argument("path", type=PATH, default=Path("logistics"))
@click.option("--no-example", is_flag=True, help="logistics.option_no_example")
@click.pass_obj
def template(console: Console, path: Path, no_example: bool) -> None:
    """Write empty tables to fill in."""
    from qinglian.ingest.schema_template import write_template
    from qinglian.logistics.readers import schema

    files = write_template(schema(), path, language(), example=not no_example)
    said = text("logistics.template_written", count=len(files), path=path)
    console.emit({"files": [str(file) for file in files]}, said)


@logistics.command("check", help="logistics.help_check", short_help="logistics.help_check")
@FOLDER
@click.pass_obj
def check(console: Console, path: Path) -> None:
    """Read a folder, say what is in it and into which category each element falls; post nothing."""
    from qinglian.logistics.report import legs_table

    folder, chain = _evaluated(console, path)
    counts = {
        "shipments": len(folder.shipments),
        "elements": len(folder.elements),
        "categories": len(folder.categories),
        "trips": len(folder.trips),
        "undecided": sum(not one.ruling.category for one in chain),
        "proposed": sum(bool(one.ruling.category) and not one.ruling.confirmed for one in chain),
    }
    console.emit(counts, legs_table(chain), text("logistics.checked", **counts))


@logistics.command("import", help="logistics.help_import", short_help="logistics.help_import")
@FOLDER
@click.option("--accept-proposals", "accept", is_flag=True, help="logistics.option_accept")
@click.pass_obj
def import_folder(console: Console, path: Path, accept: bool) -> Exit:
    """Post a folder: all of it, or nothing."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.logistics.account import post_folder

    posting = post_folder(open_book(console.book), Actor.of_machine(), path, accept=accept)
    return said_of_posting(console, posting)


@logistics.command("report", help="logistics.help_report", short_help="logistics.help_report")
@FOLDER
@svg_option
@click.pass_obj
def report(console: Console, path: Path, drawing: Path | None) -> None:
    """The allocated view: lanes, legs, totals by category and tier."""
    from qinglian.logistics.chain import primary_share, total
    from qinglian.logistics.report import lanes, legs_table, totals_table
    from qinglian.present.drawings import write_drawings

    _, chain = _evaluated(console, path)
    legs = [one.leg for one in chain]
    whole, share = total(legs), primary_share(legs)
    figures = (lanes(legs), legs_table(chain), totals_table(chain))
    data: dict[str, object] = {
        "view": "allocated",
        "ttw_kg": plain(whole.ttw),
        "wtt_kg": plain(whole.wtt),
        "wtw_kg": plain(whole.wtw),
        "primary_share": None if share is None else plain(share),
        "legs": [_leg(one) for one in chain],
    }
    if drawing is not None:
        data["drawings"] = [str(file) for file in write_drawings(drawing, figures)]
    console.emit(data, *figures)


@logistics.command("operations", help="logistics.help_operations", short_help="logistics.help_operations")
@FOLDER
@click.pass_obj
def operations(console: Console, path: Path) -> None:
    """The operational view: vehicle-kilometres at their load; in no inventory and no total of chains."""
    from qinglian.logistics.account import factors_of
    from qinglian.logistics.operations import runs
    from qinglian.logistics.readers import read
    from qinglian.logistics.report import operations_table

    folder = _noticed(console, read(path))
    if not folder.trips:
        raise QinglianError("logistics.no_trips")
    found = runs(folder.trips, factors_of(console.book))
    data = {
        "view": "operational",
        "trips": [
            {
                "trip": run.trip.id,
                "load_share": plain(run.trip.load_share),
                "ttw_kg": plain(run.emission.ttw),
                "wtt_kg": plain(run.emission.wtt),
            }
            for run in found
        ],
    }
    console.emit(data, operations_table(found))


@logistics.command("verify", help="logistics.help_verify", short_help="logistics.help_verify")
@FOLDER
@click.option("--tolerance", default="0.001", show_default=True, help="logistics.option_tolerance")
@click.pass_obj
def verify(console: Console, path: Path, tolerance: str) -> Exit:
    """Recompute what carriers state of their chains; say which statement fails."""
    from qinglian.logistics.verify import verify_chain

    _, chain = _evaluated(console, path)
    found = verify_chain([one.leg for one in chain], _share(tolerance))
    said = [str(problem) for problem in found.failed]
    said.append(text("logistics.verified", failed=len(found.failed), stated=found.stated))
    data = {"stated": found.stated, "failed": [problem_data(problem) for problem in found.failed]}
    console.emit(data, *said)
    return Exit.OK if found.valid else Exit.AUDIT_FAILED


@logistics.command("distance", help="logistics.help_distance", short_help="logistics.help_distance")
@click.argument("mode", type=click.Choice(["sea", "air", "road", "great-circle"]))
@click.argument("start")
@click.argument("end")
@click.option("--closed", multiple=True, help="logistics.option_closed")
@click.option("--road-factor", "factor", default="", help="logistics.option_road_factor")
@click.pass_obj
def distance(console: Console, mode: str, start: str, end: str, closed: tuple[str, ...], factor: str) -> None:
    """Work out a distance between two places given as IATA code or latitude,longitude."""
    from qinglian.logistics.distances import air, great_circle, road, sea

    first, last = _place(start), _place(end)
    found: Distance
    if mode == "sea":
        found = sea(first, last, closed)
    elif mode == "road":
        found = road(first, last, factor)
    else:
        found = air(first, last) if mode == "air" else great_circle(first, last)
    data = {
        "km": plain(found.km),
        "kind": found.kind,
        "method": found.method,
        "passages": list(found.passages),
    }
    passages = ", ".join(found.passages) or text("logistics.no_passages")
    console.emit(data, text("logistics.distance_found", **{**data, "passages": passages}))


@logistics.command("bulk", help="logistics.help_bulk", short_help="logistics.help_bulk")
@click.argument("file", type=PATH)
@click.argument("target", type=PATH)
@click.option("--folder", type=PATH, required=True, help="logistics.option_rates_folder")
@click.pass_obj
def bulk(console: Console, file: Path, target: Path, folder: Path) -> Exit:
    """Evaluate a Parquet file of chain elements with the categories of a folder, into another file."""
    from qinglian.logistics.account import factors_of
    from qinglian.logistics.bulk import evaluate, rates_of
    from qinglian.logistics.intensity import intensities
    from qinglian.logistics.readers import read

    known = intensities(_noticed(console, read(folder)).categories.values(), factors_of(console.book))
    found = evaluate(file, rates_of(known.values()), target)
    whole = found.emission
    data = {
        "elements": found.elements,
        "unresolved": found.unresolved,
        "ttw_kg": plain(whole.ttw),
        "wtt_kg": plain(whole.wtt),
        "wtw_kg": plain(whole.wtw),
        "file": str(target),
    }
    console.emit(data, text("logistics.bulk_done", **data))
    return Exit.INCOMPLETE if found.unresolved else Exit.OK


def _place(given: str) -> Place:
    from qinglian.logistics.distances import Place

    latitude, comma, longitude = given.partition(",")
    if not comma:
        return Place(id=given, airport=given.upper())
    try:
        return Place(id=given, latitude=float(latitude), longitude=float(longitude))
    except ValueError:
        raise QinglianError("logistics.place_nowhere", name=given) from None


def _evaluated(console: Console, path: Path) -> tuple[LogisticsFolder, tuple[Ruled, ...]]:
    from qinglian.logistics.account import factors_of
    from qinglian.logistics.booking import ruled
    from qinglian.logistics.readers import read

    folder = _noticed(console, read(path))
    return folder, ruled(folder, factors_of(console.book))


def _noticed(console: Console, folder: LogisticsFolder) -> LogisticsFolder:
    for notice in folder.notices:
        console.note(str(notice))
    return folder


def _leg(one: Ruled) -> dict[str, object]:
    leg, far = one.leg, one.leg.element.distance
    return {
        "element": leg.element.name,
        "category": leg.intensity.category.id,
        "tier": leg.tier,
        "km": None if far is None else plain(far.km),
        "kind": None if far is None else far.kind,
        "method": None if far is None else far.method,
        "passages": [] if far is None else list(far.passages),
        "adjusted_by": leg.method,
        "activity": plain(leg.activity),
        "unit": leg.intensity.category.unit,
        "ttw_kg": plain(leg.emission.ttw),
        "wtt_kg": plain(leg.emission.wtt),
        "wtw_kg": plain(leg.emission.wtw),
        "ghg_category": one.ruling.category,
        "rule": one.ruling.rule,
        "confirmed": one.ruling.confirmed,
        "source": leg.intensity.source,
    }


def _share(given: str) -> Fraction:
    try:
        share = Decimal(given)
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:
        raise QinglianError("logistics.share_outside", value=given)
    return Fraction(share)
