"""``qinglian targets``: rules, set, output, list, check, progress, release."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.decimals import parse_decimal
from qinglian.core.text import text
from qinglian.present.figures import Column, Table

if TYPE_CHECKING:
    from datetime import datetime

    from qinglian.present.console import Console
    from qinglian.targets.progress import Progress

DAY = click.DateTime(["%Y-%m-%d"])
AS_OF = click.option("--as-of", type=DAY, required=True, help="targets.option_as_of")


@click.group(help="targets.help_room")
def targets() -> None:
    """Targets and their progress."""


@targets.command("rules", help="targets.help_rules")
@click.pass_obj
def rules(console: Console) -> None:
    """List rule versions with every number and its standing."""
    from qinglian.targets.rules import rule_versions

    found = rule_versions()
    names = ("rule", "valid", "number", "value", "confirmed", "about")
    columns = tuple(Column(text(f"targets.column_{name}")) for name in names)
    rows = tuple(
        (
            f"{one.id} {one.version}",
            f"{one.valid_from}..{one.valid_to or ''}",
            name,
            f"{float(number.value):g}",
            text("targets.confirmed" if number.confirmed else "targets.unconfirmed"),
            number.about,
        )
        for one in found
        for name, number in one.numbers.items()
    )
    data = [
        {
            "id": one.id,
            "version": one.version,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "citation": one.citation,
            "numbers": {
                name: {"value": number.value, "class": number.source_class}
                for name, number in one.numbers.items()
            },
        }
        for one in found
    ]
    console.emit(data, Table(text("targets.rules_title"), columns, rows))


@targets.command("set", help="targets.help_set")
@click.argument("name")
@click.option("--kind", required=True, help="targets.option_kind")
@click.option("--scope", "scopes", multiple=True, required=True, help="targets.option_scope")
@click.option("--category", "categories", type=int, multiple=True, help="targets.option_category")
@click.option("--method", default="", help="targets.option_method")
@click.option("--base-year", type=int, required=True, help="targets.option_base_year")
@click.option("--target-year", type=int, required=True, help="targets.option_target_year")
@click.option("--reduction", required=True, help="targets.option_reduction")
@click.option("--coverage", help="targets.option_coverage")
@click.option("--base-kg", help="targets.option_base_kg")
@click.option("--base-source", default="", help="targets.option_base_source")
@click.option("--per", default="", help="targets.option_per")
@click.option("--base-output", help="targets.option_base_output")
@click.option("--owner", default="", help="targets.option_owner")
@click.option("--review", type=DAY, help="targets.option_review")
@click.option("--reason", default="", help="targets.option_reason")
@click.pass_obj
def set_(console: Console, /, name: str, scopes: tuple[str, ...], reason: str, **given: Any) -> None:
    """Enter a target, or replace one with a reason."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.targets.account import set_target
    from qinglian.targets.model import Target

    for number in ("reduction", "coverage", "base_kg", "base_output"):
        given[number] = None if given[number] is None else share(given[number])
    review: datetime | None = given.pop("review")
    target = Target(
        name=name, scopes=tuple(sorted(scopes)), review=review.date() if review else None, **given
    )
    set_target(open_book(console.book), Actor.of_machine(), target, reason=reason)
    console.emit(target.record(), text("targets.entered", name=name))


def share(written: str) -> Fraction:
    """Read a number, or a percentage."""
    bare = written.strip()
    if bare.endswith(("%", "％")):
        return parse_decimal(bare[:-1].strip()).fraction() / 100
    return parse_decimal(bare).fraction()


@targets.command("output", help="targets.help_output")
@click.argument("name")
@click.argument("year", type=int)
@click.argument("value")
@click.option("--reason", required=True, help="targets.option_reason")
@click.pass_obj
def output(console: Console, name: str, year: int, value: str, reason: str) -> None:
    """Enter the output of a year."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.targets.account import add_output

    book = open_book(console.book)
    changed = add_output(book, Actor.of_machine(), name, year, share(value), reason=reason)
    console.emit(changed.record(), text("targets.entered", name=name))


@targets.command("list", help="targets.help_list")
@AS_OF
@click.pass_obj
def list_(console: Console, as_of: datetime) -> None:
    """List the targets with their standing."""
    from qinglian.ledger.book import open_book
    from qinglian.targets.account import targets as entered
    from qinglian.targets.progress import progress
    from qinglian.targets.report import target_table

    book, day = open_book(console.book), as_of.date()
    found = [progress(book, target, day) for target in entered(book)]
    console.emit([progress_record(one) for one in found], target_table(found, day))


@targets.command("progress", help="targets.help_progress")
@click.argument("name")
@AS_OF
@click.pass_obj
def progress_(console: Console, name: str, as_of: datetime) -> None:
    """Show a pathway beside what was published."""
    from qinglian.ledger.book import open_book
    from qinglian.targets.account import target_named
    from qinglian.targets.progress import progress
    from qinglian.targets.report import pathway_curves

    book = open_book(console.book)
    found = progress(book, target_named(book, name), as_of.date())
    shown = [pathway_curves(found)] if found.base is not None else [text(found.missing)]
    console.emit(progress_record(found), *shown)


def progress_record(one: Progress) -> dict[str, Any]:
    """Return progress as data."""
    return {
        "target": one.target.record(),
        "base": one.base,
        "base_version": one.base_version,
        "missing": one.missing or None,
        "years": [
            {
                "year": year.year,
                "version": year.version,
                "actual": year.actual,
                "allowed": year.allowed,
                "gap": year.gap,
                "standing": year.standing.value,
                "rate_needed": year.rate_needed,
            }
            for year in one.years
        ],
    }


@targets.command("check", help="targets.help_check")
@click.argument("name")
@click.option("--rule", default="sbti-cnzs", show_default=True, help="targets.option_rule")
@click.option("--version", default="1", show_default=True, help="targets.option_version")
@click.option("--release", "stated", is_flag=True, help="targets.option_release")
@AS_OF
@click.pass_obj
def check(console: Console, name: str, rule: str, version: str, stated: bool, as_of: datetime) -> None:
    """Check a target against a version of a rule."""
    from qinglian.core.errors import QinglianError
    from qinglian.ledger.book import open_book
    from qinglian.targets.account import target_named
    from qinglian.targets.checks import check_target
    from qinglian.targets.release import release_targets
    from qinglian.targets.report import check_table
    from qinglian.targets.rules import rule_version

    if stated:
        known = {one.name: one for one in release_targets()}
        if name not in known:
            raise QinglianError("targets.unknown", name=name, known=sorted(known))
        target = known[name]
    else:
        target = target_named(open_book(console.book), name)
    asked = rule_version(rule, version)
    found = check_target(target, asked, as_of.date())
    data = [
        {
            "check": one.name,
            "outcome": one.outcome,
            "has": one.has,
            "asked": one.asked,
            "confirmed": one.confirmed,
        }
        for one in found
    ]
    console.emit(data, check_table(found, f"{name} · {asked.title}"))


@targets.command("release", help="targets.help_release")
@click.pass_obj
def release(console: Console) -> None:
    """Show the release's own targets in both wordings."""
    from qinglian.targets.release import release_targets
    from qinglian.targets.report import scopes_of

    found = release_targets()
    names = ("name", "kind", "scopes", "years", "wording")
    columns = (
        *(Column(text(f"targets.column_{name}")) for name in names),
        Column(text("targets.column_reduction"), kind="share"),
    )
    rows = tuple(
        (
            one.name,
            text(f"targets.kind_{one.kind}"),
            scopes_of(one),
            f"{one.base_year} → {one.target_year}",
            one.wording,
            one.reduction,
        )
        for one in found
    )
    note = (text("targets.release_note"),)
    console.emit([one.record() for one in found], Table(text("targets.release_title"), columns, rows, note))
