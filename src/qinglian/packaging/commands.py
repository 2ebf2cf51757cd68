"""``qinglian packaging …``: template, check, import, report, avoided, void, load, verify."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
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
    from qinglian.core.errors import Problem
    from qinglian.ledger.posting import Posting
    from qinglian.packaging.readers import PackagingFolder
    from qinglian.present.console import Console

PATH = click.Path(path_type=Path)
FOLDER = click.argument("path", type=PATH)
BASELINE = click.option("--baseline", "name", help="packaging.option_baseline")


@click.group(help="packaging.help_room", no_args_is_help=True)
def packaging() -> None:
    """Packaging: material, empty space, load plans, rules."""


@packaging.command("template", help="packaging.help_template", short_help="packaging.help_template")
@click.argument("path", type=PATH, default=Path("packaging"))
@click.option("--load-plan", is_flag=True, help="packaging.option_load_plan")
@click.option("--no-example", is_flag=True, help="packaging.option_no_example")
@click.pass_obj
def template(console: Console, path: Path, load_plan: bool, no_example: bool) -> None:
    """Write empty tables to fill in."""
    from qinglian.ingest.schema_template import write_template
    from qinglian.packaging.readers import load_plan_schema, schema

    chosen = load_plan_schema() if load_plan else schema()
    files = write_template(chosen, path, language(), example=not no_example)
    said = text("packaging.template_written", count=len(files), path=path)
    console.emit({"files": [str(file) for file in files]}, said)


@packaging.command("check", help="packaging.help_check", short_help="packaging.help_check")
@FOLDER
@click.pass_obj
def check(console: Console, path: Path) -> None:
    """Read a folder and say what is in it; post nothing."""
    from qinglian.packaging.readers import read
    from qinglian.packaging.report import catalogue_table

    folder = _read(console, read(path))
    counts = {
        "materials": len(folder.catalogue.materials),
        "specifications": len(folder.catalogue.specifications),
        "uses": len(folder.uses),
        "baselines": len(folder.baselines),
        "orders": len(folder.orders),
    }
    console.emit(counts, catalogue_table(folder.catalogue), text("packaging.checked", **counts))


@packaging.command("import", help="packaging.help_import", short_help="packaging.help_import")
@FOLDER
@click.pass_obj
def import_folder(console: Console, path: Path) -> Exit:
    """Post what was used, and every baseline under its scenario."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.packaging.account import post_folder
    from qinglian.packaging.readers import read

    folder = _read(console, read(path))
    postings = post_folder(open_book(console.book), Actor.of_machine(), folder, path)
    said = [
        text(
            "packaging.posted",
            what=what,
            posted=posting.posted,
            already=len(posting.already),
            conflicts=len(posting.conflicts),
        )
        for what, posting in postings.items()
    ]
    for what, posting in postings.items():
        if posting.same_file_as is not None:
            console.note(text("packaging.same_file", what=what, batch=posting.same_file_as))
    console.emit({what: _posting(posting) for what, posting in postings.items()}, *said)
    return Exit.CONFLICT if any(posting.conflicts for posting in postings.values()) else Exit.OK


@packaging.command("report", help="packaging.help_report", short_help="packaging.help_report")
@FOLDER
@BASELINE
@svg_option
@click.pass_obj
def report(console: Console, path: Path, name: str | None, drawing: Path | None) -> None:
    """Material against a pinned baseline: waterfall, tonnes by material, grams per product."""
    from qinglian.packaging.avoided import GRAMS_A_TONNE, compare
    from qinglian.packaging.readers import read
    from qinglian.packaging.report import avoided_table, material_waterfall, per_unit_table

    folder = _read(console, read(path))
    found = compare(folder.catalogue, folder.uses, folder.baselines, _baseline(folder, name))
    data = {
        "baseline": found.baseline,
        "avoided_t": {name: plain(mass / GRAMS_A_TONNE) for name, mass in found.by_material_g.items()},
        "total_t": plain(found.total_g / GRAMS_A_TONNE),
        "per_product_g": {" ".join(key): plain(mass) for key, mass in found.per_item_g.items()},
        "uncovered": [use.reference for use in found.uncovered],
    }
    figures = material_waterfall(found), avoided_table(found), per_unit_table(found)
    if drawing is not None:
        write_drawings(drawing, figures)
    console.emit(data, *figures)


@packaging.command("avoided", help="packaging.help_avoided", short_help="packaging.help_avoided")
@FOLDER
@BASELINE
@click.option("--period", required=True, help="packaging.option_period")
@click.option("--enter", is_flag=True, help="packaging.option_enter")
@click.pass_obj
def avoided(console: Console, path: Path, name: str | None, period: str, enter: bool) -> None:
    """Emissions avoided with less material, by the book's factors; with --enter as a claim."""
    from qinglian.core.period import parse_period
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.packaging.claiming import avoided_emissions, claim_avoided
    from qinglian.packaging.readers import read
    from qinglian.packaging.report import emissions_table

    folder = _read(console, read(path))
    book, actor = open_book(console.book), Actor.of_machine()
    span = parse_period(period, book.identity.calendar, book.identity.zone)
    valued = avoided_emissions(book, actor, folder, _baseline(folder, name), span)
    data: dict[str, object] = {
        "baseline": valued.found.baseline,
        "kg_co2e": plain(valued.kg_co2e),
        "by_activity": {name: plain(kg) for name, kg in valued.by_activity.items()},
        "method": valued.method,
        "factors": sorted(factor.id for factor in valued.factors),
        "uncovered": [use.reference for use in valued.found.uncovered],
        "crossing": [use.reference for use in valued.crossing],
    }
    said = text("packaging.not_entered")
    if enter:
        number, new = claim_avoided(book, actor, valued)
        data["claim"] = number
        said = text("packaging.entered" if new else "packaging.entered_before", number=number)
    console.emit(data, emissions_table(valued), said)


@packaging.command("void", help="packaging.help_void", short_help="packaging.help_void")
@FOLDER
@click.option("--act", type=click.DateTime(["%Y-%m-%d"]), help="packaging.option_act")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="packaging.option_on")
@click.pass_obj
def void(console: Console, path: Path, act: datetime | None, day: datetime | None) -> Exit:
    """Empty space of packed orders, and what the rules say of it."""
    from dataclasses import replace

    from qinglian.packaging.readers import read
    from qinglian.packaging.report import verdict_table
    from qinglian.packaging.rules import judge, shipped_rules

    folder = _read(console, read(path))
    orders = [order if day is None else replace(order, day=day.date()) for order in folder.orders]
    if not orders:
        raise QinglianError("packaging.no_orders")
    since: date | None = None if act is None else act.date()
    verdicts = [judge(order, rule, since) for order in orders for rule in shipped_rules("void_ratio")]
    data = [
        {
            "order": item.order.id,
            "day": item.order.day,
            "void_ratio": plain(item.order.void_ratio),
            "rule": item.rule.id,
            "finding": item.finding,
            "from": item.start,
            "source_class": item.rule.source_class,
        }
        for item in verdicts
    ]
    console.emit(data, verdict_table(verdicts))
    return Exit.AUDIT_FAILED if any(item.finding == "broken" for item in verdicts) else Exit.OK


@packaging.command("plastic", help="packaging.help_plastic", short_help="packaging.help_plastic")
@FOLDER
@click.option("--act", type=click.DateTime(["%Y-%m-%d"]), help="packaging.option_act")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="packaging.option_on_day")
@click.pass_obj
def plastic(console: Console, path: Path, act: datetime | None, day: datetime) -> Exit:
    """Recycled content of the plastic of each specification, and what the rules say of it."""
    from qinglian.packaging.readers import read
    from qinglian.packaging.report import plastic_table
    from qinglian.packaging.rules import judge_plastic, shipped_rules

    catalogue = _read(console, read(path)).catalogue
    since = None if act is None else act.date()
    verdicts = [
        judge_plastic(found, catalogue.materials, rule, day.date(), since)
        for _, found in sorted(catalogue.specifications.items())
        for rule in shipped_rules("post_consumer_plastic")
    ]
    data = [
        {
            "specification": "@".join(item.specification.key),
            "plastic_g": plain(item.plastic_g),
            "post_consumer": None if item.share is None else plain(item.share),
            "rule": item.rule.id,
            "finding": item.finding,
            "from": item.start,
            "source_class": item.rule.source_class,
        }
        for item in verdicts
    ]
    console.emit(data, plastic_table(verdicts))
    return Exit.AUDIT_FAILED if any(item.finding == "broken" for item in verdicts) else Exit.OK


@packaging.command("load", help="packaging.help_load", short_help="packaging.help_load")
@FOLDER
@click.pass_obj
def load(console: Console, path: Path) -> Exit:
    """Check load plans: whether they can stand, and whether what is claimed of them holds."""
    return _loads(console, path)


def _loads(console: Console, path: Path) -> Exit:
    from qinglian.packaging.readers import read_load_plans
    from qinglian.packaging.report import load_table
    from qinglian.packaging.verify import verify_load

    found = [verify_load(plan) for plan in read_load_plans(path)]
    data = [
        {
            "load": item.check.plan.space.id,
            "valid": item.valid,
            "cube_utilisation": plain(item.check.cube_utilisation),
            "mass_g": plain(item.check.mass_g),
            "centre_mm": None if item.check.centre is None else [plain(part) for part in item.check.centre],
            "failed": [_problem(problem) for problem in item.failed],
            "not_checked": list(item.check.unknown),
        }
        for item in found
    ]
    said = [str(problem) for item in found for problem in item.failed]
    said += [
        text("packaging.bears_unknown", count=len(item.check.unknown), load=item.check.plan.space.id)
        for item in found
        if item.check.unknown
    ]
    console.emit(data, load_table(found), *said)
    return Exit.OK if all(item.valid for item in found) else Exit.AUDIT_FAILED


@packaging.command("verify", help="packaging.help_verify", short_help="packaging.help_verify")
@FOLDER
@click.option("--tolerance", default="0", show_default=True, help="packaging.option_tolerance")
@click.option("--load-plan", is_flag=True, help="packaging.option_load_plan")
@click.pass_obj
def verify(console: Console, path: Path, tolerance: str, load_plan: bool) -> Exit:
    """Compare stated tare masses with what the components weigh; of a load plan, every claim."""
    from qinglian.packaging.readers import read
    from qinglian.packaging.verify import verify_masses

    if load_plan:
        return _loads(console, path)
    folder = _read(console, read(path))
    failed = verify_masses(folder.catalogue, _share(tolerance))
    stated = sum(found.stated_g is not None for found in folder.catalogue.specifications.values())
    said = [str(problem) for problem in failed]
    said.append(text("packaging.masses_verified", failed=len(failed), stated=stated))
    console.emit({"stated": stated, "failed": [_problem(problem) for problem in failed]}, *said)
    return Exit.AUDIT_FAILED if failed else Exit.OK


def _read(console: Console, folder: PackagingFolder) -> PackagingFolder:
    for notice in folder.notices:
        console.note(str(notice))
    return folder


def _baseline(folder: PackagingFolder, name: str | None) -> str:
    """Return the baseline asked for; without one the only one there is."""
    if name is not None:
        return name
    names = sorted({row.name for row in folder.baselines})
    if len(names) != 1:
        raise QinglianError("packaging.baseline_which", known=", ".join(names) or "-")
    return names[0]


def _share(given: str) -> Fraction:
    try:
        share = Decimal(given)
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:
        raise QinglianError("packaging.share_outside", name="tolerance", value=given)
    return Fraction(share)


def _posting(posting: Posting) -> dict[str, object]:
    return {
        "batch": posting.batch,
        "posted": posting.posted,
        "already": len(posting.already),
        "conflicts": len(posting.conflicts),
        "same_file_as": posting.same_file_as,
    }


def _problem(problem: Problem) -> dict[str, object]:
    where = problem.where
    return {
        "code": problem.code,
        "message": problem.message(),
        "file": None if where is None else where.file,
        "row": None if where is None else where.row,
    }
