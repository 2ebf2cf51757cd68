"""Verbs that change a released plan, or ask what a change would do: repair, promise, what-if."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table
from qinglian.production.commands.options import NUMBER, plan_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.present.console import Console
    from qinglian.present.figures import Figure
    from qinglian.production.decide.promise import Offer, Promise
    from qinglian.production.events import Event
    from qinglian.production.model import Instance
    from qinglian.production.plan import Plan
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.what_if import WhatIf

HUNDRED = 100


class Asked(NamedTuple):
    """What the options of a repair name, as often as they were given: exactly one event is allowed."""

    down: tuple[str, ...]
    rush: tuple[Path, ...]
    late_kit: tuple[tuple[str, str], ...]
    cancelled: tuple[str, ...]


@click.command("repair", help="production.help_repair")
@plan_option
@click.option("--down", "lines", multiple=True, help="production.option_down")
@click.option(
    "--rush",
    "rushes",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="production.option_rush",
)
@click.option(
    "--late-kit",
    "late_kits",
    multiple=True,
    nargs=2,
    metavar="NAME TIME",
    help="production.option_late_kit",
)
@click.option("--cancel", "cancelled", multiple=True, help="production.option_cancel")
@click.option("--from", "since", help="production.option_from")
@click.option("--until", help="production.option_until")
@click.option(
    "--frozen", type=click.IntRange(0), default=0, show_default=True, help="production.option_frozen"
)
@click.option(
    "--change-price",
    type=NUMBER,
    default=Decimal(60),
    show_default=True,
    help="production.option_change_price",
)
@click.option(
    "--most-moved",
    type=click.IntRange(0, 100),
    default=10,
    show_default=True,
    help="production.option_most_moved",
)
@click.option("--dry-run", is_flag=True, help="production.option_dry_run")
@click.pass_obj
def repair(
    console: Console,
    home: Path,
    lines: tuple[str, ...],
    rushes: tuple[Path, ...],
    late_kits: tuple[tuple[str, str], ...],
    cancelled: tuple[str, ...],
    since: str | None,
    until: str | None,
    frozen: int,
    change_price: Decimal,
    most_moved: int,
    dry_run: bool,
) -> Exit | None:
    """Put the plan right after an event."""
    from dataclasses import replace

    from qinglian.production.decide.repair import repair as mend
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.what_if import judged_after

    asked = _one_of(Asked(lines, rushes, late_kits, cancelled))
    folder = PlanFolder.open(home)
    instance, plan = folder.instance, folder.plan
    minute = _minute(console, instance, since)
    event = _event(instance, asked, minute, until)
    objective = replace(folder.brief.objective, deviation=change_price, levels=())
    done = mend(
        instance,
        plan,
        event,
        minute=minute + frozen,
        objective=objective,
        most_moved=Decimal(most_moved) / HUNDRED,
        rule=folder.brief.lotting,
    )
    found = judged_after(instance, plan, done.instance, done.plan, objective)
    changed = None if dry_run else folder.after(event, done.plan)
    rows = (
        (text("production.repair_kept"), len(done.kept)),
        (text("production.repair_touched"), len(done.touched)),
        (text("production.repair_moved"), len(done.moved)),
        (text("production.repair_shifted"), len(done.shifted)),
        *_changes(found),
        (text("production.repair_price", each=change_price), len(done.moved) * change_price),
    )
    table = Table(text("production.repair_title"), (Column(""), Column("", kind="quantity")), rows)
    with _written(changed):
        console.emit(
            {
                "valid": found.after.valid,
                "kept": len(done.kept),
                "touched": list(done.touched),
                "moved": list(done.moved),
                "shifted": list(done.shifted),
                "later": {lot: list(pair) for lot, pair in found.later.items()},
                "sooner": {lot: list(pair) for lot, pair in found.sooner.items()},
                "written": None if dry_run else str(home),
            },
            table,
            *_new_places(done.instance, plan, done.plan, done.touched),
            *_lateness(found.later),
            text("production.page_valid")
            if found.after.valid
            else text("production.broken", count=len(found.after.violations)),
            text("production.dry_run") if dry_run else text("production.repair_written", folder=home),
        )
    return None if found.after.valid else Exit.AUDIT_FAILED


def _one_of(asked: Asked) -> Asked:
    """Refuse none and several, also of one kind: an option given twice would hide the first."""
    if sum(map(len, asked)) != 1:
        raise click.UsageError(text("production.one_event"))
    return asked


def _changes(found: WhatIf) -> list[tuple[str, Decimal | Fraction | int]]:
    """Return what the plan is worse by, in lateness, setups and energy."""
    before, after = found.before, found.after
    changes: list[tuple[str, Decimal | Fraction | int]] = [
        ("kpi_tardiness", after.kpis.weighted_tardiness - before.kpis.weighted_tardiness),
        ("kpi_setup_minutes", after.kpis.setup_minutes - before.kpis.setup_minutes),
        ("measure_kwh", after.energy.bought_kwh - before.energy.bought_kwh),
    ]
    if before.cost is not None and after.cost is not None:
        changes.append(("measure_cost", after.cost - before.cost))
    return [
        (text("production.repair_change", figure=text(f"production.{key}")), value) for key, value in changes
    ]


def _minute(console: Console, instance: Instance, since: str | None) -> int:
    """Return the minute of --from; without it now, where now is within the horizon, else its start."""
    from datetime import UTC, datetime, timedelta

    from qinglian.production.timescale import moment
    from qinglian.production.when import minute_of

    if since is not None:
        return minute_of(instance, since)
    passed = (datetime.now(UTC) - instance.horizon.start) // timedelta(minutes=1)
    minute = passed if 0 <= passed < instance.horizon.minutes else 0
    said = "from_now" if minute == passed else "from_start"
    console.note(text(f"production.{said}", moment=moment(instance, minute)))
    return minute


def _event(instance: Instance, asked: Asked, minute: int, until: str | None) -> Event:
    """Return the one event that is asked for: a line down, a rush, a late kit or a cancelled lot."""
    from qinglian.production.events import Cancelled, LateKit, LineDown
    from qinglian.production.rush_orders import read_rush
    from qinglian.production.when import minute_of

    for line in asked.down:
        return LineDown(line, minute, None if until is None else minute_of(instance, until, edge="end"))
    for file in asked.rush:
        return read_rush(file, instance)
    for kit, time in asked.late_kit:
        return LateKit(kit, minute_of(instance, time))
    return Cancelled(*asked.cancelled)


@contextmanager
def _written(changed: PlanFolder | None) -> Iterator[None]:
    """Answer first, then write the page of a changed plan, also for a reader who stops listening."""
    try:
        yield
    finally:
        if changed is not None:
            _write(changed)


def _write(folder: PlanFolder) -> None:
    from qinglian.production.commands.planning import finish, judged

    finish(folder, judged(folder, folder.plan, None)[0])


def _new_places(instance: Instance, old: Plan, new: Plan, lots: tuple[str, ...]) -> list[Figure | str]:
    from qinglian.production.timescale import moment

    before = old.task_of
    rows = tuple(
        (
            task.lot,
            before[task.lot, task.stage].line if (task.lot, task.stage) in before else "",
            task.line,
            moment(instance, task.start),
            moment(instance, task.end),
        )
        for task in sorted(new.tasks, key=lambda task: (task.start, task.lot))
        if task.lot in lots
    )
    keys = ("lot", "was_on", "line", "start", "end")
    columns = tuple(Column(text(f"production.column_{key}")) for key in keys)
    return [Table(text("production.repair_places"), columns, rows)] if rows else []


def _lateness(later: dict[str, tuple[int, int]]) -> list[Figure | str]:
    from qinglian.production.commands.judging import lateness_table

    return [lateness_table(later, text("production.later"))] if later else []


@click.command("promise", help="production.help_promise")
@plan_option
@click.option("--family", required=True, help="production.option_family")
@click.option("--units", type=click.IntRange(1), required=True, help="production.option_units")
@click.option("--by", "due", required=True, help="production.option_by")
@click.option("--from", "since", help="production.option_from")
@click.option("--ready", help="production.option_ready")
@click.option(
    "--weight", type=click.IntRange(0), default=1, show_default=True, help="production.option_weight"
)
@click.option(
    "--lots",
    "parts",
    type=click.IntRange(1, 50),
    default=1,
    show_default=True,
    help="production.option_parts",
)
@click.option("--name", default="PROMISE", show_default=True, help="production.option_name")
@click.option("--accept", type=click.Choice(["gentle", "asked", "fastest"]), help="production.option_accept")
@click.pass_obj
def promise(
    console: Console,
    home: Path,
    family: str,
    units: int,
    due: str,
    since: str | None,
    ready: str | None,
    weight: int,
    parts: int,
    name: str,
    accept: str | None,
) -> Exit | None:
    """Say when units could be done, and what that would displace."""
    from qinglian.production.decide.promise import promise as look
    from qinglian.production.documents import offer_document
    from qinglian.production.model import Order
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.when import minute_of

    folder = PlanFolder.open(home)
    instance = folder.instance
    minute = _minute(console, instance, since)
    release = minute if ready is None else max(minute, minute_of(instance, ready))
    taken = {order.id for order in instance.orders} | set(instance.lot_of)
    order = Order(
        id=_free_name(name, taken),
        family=family,
        units=units,
        release=release,
        due=minute_of(instance, due, edge="end"),
        weight=weight,
    )
    found = look(
        instance,
        folder.plan,
        order,
        minute=minute,
        parts=parts,
        objective=folder.brief.objective,
        rule=folder.brief.lotting,
    )
    accepted = None if accept is None else found.offer(accept)
    changed = None if accepted is None else folder.after(found.rush, accepted.plan)
    with _written(changed):
        console.emit(
            {
                "order": order.id,
                "due": order.due,
                "offers": [offer_document(offer) for offer in found.offers],
                "accepted": accept,
            },
            *_offers(found, order.due),
            text("production.promise_open")
            if accepted is None
            else text("production.repair_written", folder=home),
        )
    return None if any(offer.in_time for offer in found.offers) else Exit.INCOMPLETE


def _free_name(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken or f"LOT-{found}" in taken or f"{found}/1" in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _offers(found: Promise, due: int) -> list[Figure | str]:
    from qinglian.production.timescale import moment

    instance = found.instance
    keys = ("offer", "line", "start", "end", "in_time", "price", "displaced", "shifted")
    numbers = {"price", "displaced", "shifted"}
    columns = tuple(
        Column(text(f"production.column_{key}"), kind="quantity" if key in numbers else "text")
        for key in keys
    )
    rows = tuple(
        (
            text(f"production.offer_{offer.policy}"),
            " ".join(dict.fromkeys(task.line for task in offer.tasks)),
            moment(instance, min(task.start for task in offer.tasks)),
            moment(instance, offer.end),
            text("production.yes") if offer.in_time else text("production.no"),
            Fraction(round(offer.price)),
            len(offer.displaced),
            offer.shifted,
        )
        for offer in found.offers
    )
    title = text("production.promise_title", due=moment(instance, due))
    return [Table(title, columns, rows), *(_displaced(offer) for offer in found.offers if offer.displaced)]


def _displaced(offer: Offer) -> Table:
    from qinglian.production.commands.judging import lateness_table

    said = text(f"production.offer_{offer.policy}")
    changes = {item.lot: (item.before, item.after) for item in offer.displaced}
    return lateness_table(changes, text("production.displaced_by", offer=said))


def _priced(found: WhatIf, lot: str, line: str, before: str) -> str:
    """Say what a move costs, where the lot goes, also if nobody said it, and when it then runs."""
    from qinglian.production.timescale import moment

    place = text("production.what_if_before", before=before) if before else ""
    moved = max(
        (task for task in found.after.plan.by_line[line] if task.lot == lot), key=lambda task: task.end
    )
    return text(
        "production.what_if_price",
        lot=lot,
        line=line,
        place=place or text("production.what_if_at_the_end"),
        price=f"{float(found.price):+,.2f}",
        start=moment(found.after.instance, moved.start),
        end=moment(found.after.instance, moved.end),
    )


@click.command("what-if", help="production.help_what_if")
@plan_option
@click.option("--lot", required=True, help="production.option_lot")
@click.option("--line", required=True, help="production.option_line")
@click.option("--before", default="", help="production.option_before")
@click.option("--stage", help="production.option_stage")
@click.option("--accept", is_flag=True, help="production.option_accept_move")
@click.pass_obj
def what_if(
    console: Console, home: Path, lot: str, line: str, before: str, stage: str | None, accept: bool
) -> Exit | None:
    """Price a single move at once."""
    from qinglian.production.documents import problems_document, verification_document
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.report import figures_table
    from qinglian.production.what_if import what_if as move

    folder = PlanFolder.open(home)
    objective = folder.brief.objective
    found = move(
        folder.instance, folder.plan, lot, line=line, before=before, stage=stage, objective=objective
    )
    if accept:
        folder.keep()
        folder.write(found.after.plan)
        _write(PlanFolder(folder.home, folder.brief))
    names = (text("production.plan_label"), text("production.moved_label"))
    figures: list[Figure | str] = [
        _priced(found, lot, line, before),
        figures_table({names[0]: found.before, names[1]: found.after}),
        *_lateness(found.later),
    ]
    figures += [str(problem) for problem in found.after.violations[:10]]
    figures.append(
        text("production.page_valid")
        if found.after.valid
        else text("production.broken", count=len(found.after.violations))
    )
    console.emit(
        {
            "price": found.price,
            "violations": problems_document(found.after.violations),
            "later": {name: list(pair) for name, pair in found.later.items()},
            "sooner": {name: list(pair) for name, pair in found.sooner.items()},
            "after": verification_document(found.after, objective),
            "accepted": accept,
        },
        *figures,
    )
    return None if found.after.valid else Exit.AUDIT_FAILED
