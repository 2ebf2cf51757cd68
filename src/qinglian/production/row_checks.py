"""What rows of a planner's tables must keep beyond their columns: checks across rows and tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, Where
from qinglian.ingest.proposals import Proposals

if TYPE_CHECKING:
    from qinglian.ingest.typed_rows import Rows

Found = Mapping[str, "Rows"]


def check_rows(found: Found, broken: Collection[str], place: str) -> list[Problem]:
    """Return every problem across tables; a check that needs a `broken` table waits until that is mended."""
    checks = (
        (_demand, {"lots", "orders"}),
        (_closures, {"closures"}),
        (_calendars, {"shifts"}),
        (_stages, {"lines", "families"}),
        (_stage_of_pins, {"lines", "pins"}),
        (_currencies, {"hours", "tariff", "plant"}),
        (_families, {"eligibility", "families", "lots", "orders"}),
    )
    usable = [check for check, needs in checks if not needs.intersection(broken)]
    return [problem for check in usable for problem in check(found, place)]


def _demand(found: Found, place: str) -> Iterator[Problem]:
    if "lots" not in found and "orders" not in found:
        yield Problem("production.no_demand", Where(file=place))


def _closures(found: Found, _: str) -> Iterator[Problem]:
    if "closures" not in found:
        return
    rows = found["closures"]
    for index, row in enumerate(rows):
        if row["start"] >= row["end"]:
            yield Problem("production.closure_backwards", rows.where(index, "end"))
        if row["line"] and row["calendar"]:
            yield Problem("production.closure_of_two", rows.where(index, "calendar"))


def _calendars(found: Found, _: str) -> Iterator[Problem]:
    if "shifts" not in found:
        return
    rows = found["shifts"]
    first: dict[str, bool] = {}
    for index, row in enumerate(rows):
        if first.setdefault(row["calendar"], row["resumable"]) != row["resumable"]:
            params = {"calendar": row["calendar"]}
            yield Problem("production.calendar_of_two_minds", rows.where(index, "resumable"), params)


def _stages(found: Found, _: str) -> Iterator[Problem]:
    """Stages of families and lines must meet; a stage that no line does is named here, with its row."""
    if "lines" not in found:
        return
    known = {stage or "" for stage in found["lines"].cells["stage"]}
    proposals = Proposals(known)
    families = found.get("families")
    routes = list(families.cells["stages"]) if families is not None else []
    for index, route in enumerate(routes):
        for stage in route or ("",):
            if stage not in known and families is not None:
                params = {"stage": stage or "-", "near": proposals.near(stage)}
                yield Problem("production.stage_without_line", families.where(index, "stages"), params)
    lines = found["lines"]
    used = {stage for route in routes for stage in route or ()}
    routes_known = Proposals(used)
    for index, stage in enumerate(lines.cells["stage"]):
        if stage and stage not in used:
            params = {"stage": stage, "near": routes_known.near(stage)}
            yield Problem("production.stage_without_family", lines.where(index, "stage"), params)


def _stage_of_pins(found: Found, _: str) -> Iterator[Problem]:
    if "pins" not in found or "lines" not in found:
        return
    lines = found["lines"]
    stages = dict(zip(lines.cells["line"], lines.cells["stage"], strict=True))
    rows = found["pins"]
    for index, row in enumerate(rows):
        own = stages.get(row["line"]) or ""
        if row["line"] in stages and row["stage"] and row["stage"] != own:
            params = {"line": row["line"], "stage": row["stage"], "own": own or "-"}
            yield Problem("production.pin_of_other_stage", rows.where(index, "stage"), params)


def _currencies(found: Found, _: str) -> Iterator[Problem]:
    stated: dict[str, str] = {}
    for name, columns in (
        ("hours", ("price",)),
        ("tariff", ("price",)),
        ("plant", ("demand_charge", "feed_in")),
    ):
        for column in columns:
            unit = found[name].units.get(column) if name in found else None
            if unit is not None and unit.currency:
                stated[f"{name}.{column}"] = unit.currency
    plant = found.get("plant")
    if plant is not None and len(plant) and plant.cells["currency"][0]:
        stated["plant.currency"] = plant.cells["currency"][0]
    if len(set(stated.values())) > 1:
        where = plant.where(0) if plant is not None and len(plant) else found[min(stated).split(".")[0]].table
        named = [f"{name} {currency}" for name, currency in sorted(stated.items())]
        yield Problem("production.currencies_differ", where, {"stated": named})


def _families(found: Found, _: str) -> Iterator[Problem]:
    """A family of an order that no other table knows is a slip of the pen, named with its row."""
    if "eligibility" not in found or len(found.get("families", ())):
        return
    known = set(found["eligibility"].cells["family"])
    proposals = Proposals(known)
    for name in ("lots", "orders"):
        rows = found.get(name)
        for index, family in enumerate(rows.cells["family"] if rows is not None else ()):
            if rows is not None and family not in known and rows.cells["units"][index]:
                params = {"family": family, "near": proposals.near(family)}
                yield Problem("production.family_of_no_line", rows.where(index, "family"), params)
