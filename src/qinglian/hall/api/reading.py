"""Routes that read the book: runs, inventories, explanations, records, factors, dimensions."""

from __future__ import annotations

from typing import Any, Literal

from django.http import FileResponse, Http404
from ninja import Path, Query, Schema
from pydantic import Field

from qinglian.core.period import parse_period
from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Call, Number
from qinglian.hall.api.strictness import routes
from qinglian.hall.pages.inventories import inventory_of_run, runs
from qinglian.hall.pages.navigation import dimensions
from qinglian.hall.people.roles import Right
from qinglian.ledger.attachments import attachments
from qinglian.ledger.explain import explanation, rejected
from qinglian.ledger.installed import installed_factors, installed_packs
from qinglian.ledger.inventory import View
from qinglian.ledger.organisation import facilities, ownership
from qinglian.ledger.records import Wanted, records
from qinglian.ledger.report import summary
from qinglian.ledger.unresolved import unresolved
from qinglian.present.figures import Table, as_table

READ = needs(Right.READ)
PAGE = 100
Gwp = Literal["AR4", "AR5", "AR6"]
Consolidation = Literal["operational", "financial", "equity"]


class Viewed(Schema):
    """How a run is read."""

    gwp: Gwp = "AR6"
    consolidation: Consolidation = "operational"

    def view(self) -> View:
        """Return it as the ledger's."""
        return View(self.consolidation, self.gwp)


class Asked(Viewed):
    """Which total is explained."""

    scope: Literal["1", "2", "3"] | None = None
    method: Literal["location", "market"] | None = None
    category: int | None = Field(default=None, ge=1, le=15)
    rule: str | None = None
    account: Literal["gross", "biogenic", "removal", "outside_kyoto"] = "gross"
    records: int = Field(default=5, ge=1, le=200)


class Filter(Schema):
    """Which records."""

    facility: str | None = None
    activity: str | None = None
    period: str | None = None
    batch: int | None = Field(default=None, ge=1, le=2**31 - 1)
    lot: str | None = None
    cursor: int | None = Field(default=None, ge=0, le=2**62, description="next_cursor of the page before")
    limit: int = Field(default=PAGE, ge=1, le=1000)


@routes.get("/runs", auth=READ)
def list_runs(request: Call, organisation: Path[str]) -> Any:
    """Return the newest run of each period."""
    return {"runs": [asdict_slots(run) for run in runs(request.auth.book)]}


@routes.get("/runs/{run}/inventory", auth=READ)
def read_run(request: Call, organisation: Path[str], run: str, how: Query[Viewed]) -> Any:
    """Return scopes, categories, coverage and what is unresolved; exact numbers as text."""
    book = request.auth.book
    found = inventory_of_run(book, run, how.view())
    return {**summary(found), "unresolved": [entry.record() for entry in unresolved(book, found)]}


@routes.get("/runs/{run}/explain", auth=READ)
def explain_run(request: Call, organisation: Path[str], run: str, how: Query[Asked]) -> Any:
    """Explain a total down to factor, file and row."""
    book = request.auth.book
    found = inventory_of_run(book, run, how.view())
    given = {"scope": how.scope, "method": how.method, "category": how.category, "id": how.rule}
    where = {name: value for name, value in given.items() if value is not None}
    return explanation(book, found, limit=how.records, account=how.account, **where).record()


@routes.get("/runs/{run}/trace", auth=READ)
def trace_run(request: Call, organisation: Path[str], run: str, activity: str) -> Any:
    """Return which factor answered, which were rejected, and at which step of the policy."""
    book = request.auth.book
    return {
        "trace": [
            {**entry, "candidate": entry["candidate"].record() if entry["candidate"] else None}
            for entry in rejected(book, run)
            if entry["activity"] == activity
        ]
    }


@routes.get("/records", auth=READ)
def list_records(request: Call, organisation: Path[str], which: Query[Filter]) -> Any:
    """Return records in the order of their numbers, a page at a time."""
    book = request.auth.book
    identity = book.identity
    period = parse_period(which.period, identity.calendar, identity.zone) if which.period else None
    wanted = Wanted(which.batch, which.facility, which.activity, period, which.lot, which.cursor)
    found, total = records(book, wanted, which.limit)
    more = len(found) < total and found
    return {
        "records": [asdict_slots(one) for one in found],
        "left": total - len(found),
        "next_cursor": found[-1].fact if more else None,
    }


@routes.get("/evidence", auth=READ)
def list_evidence(request: Call, organisation: Path[str]) -> Any:
    """Return the evidence, without personal files unless the role may see them."""
    desk = request.auth
    found = [one for one in attachments(desk.book) if not one.personal or desk.may(Right.RESTRICTED)]
    return {"evidence": [asdict_slots(one) for one in found]}


@routes.get(
    "/evidence/{number}",
    auth=READ,
    openapi_extra={"responses": {200: {"content": {"application/octet-stream": {}}}}},
)
def read_evidence(request: Call, organisation: Path[str], number: Number) -> FileResponse:
    """Return a file of the evidence."""
    from qinglian.hall.pages.evidence import send

    return send(request.auth, number)


@routes.get("/factors", auth=READ)
def list_packs(request: Call, organisation: Path[str]) -> Any:
    """Return the packs in force."""
    with request.auth.book.read() as connection:
        found = installed_packs(connection)
    names = ("id", "version", "publisher", "published", "licence", "sha256")
    return {"packs": [{name: getattr(pack, name) for name in names} for pack in found]}


@routes.get("/factors/of", auth=READ)
def list_factors(request: Call, organisation: Path[str], activity: str) -> Any:
    """Return every factor of an activity with its citation."""
    with request.auth.book.read() as connection:
        found = [one for one in installed_factors(connection) if one.activity == activity]
    return {"factors": [one.record() for one in found]}


@routes.get("/facilities", auth=READ)
def list_facilities(request: Call, organisation: Path[str]) -> Any:
    """Return facilities and the group's shares."""
    with request.auth.book.read() as connection:
        sites = [asdict_slots(one) for _, one in sorted(facilities(connection).items())]
        shares = [asdict_slots(one) for _, found in sorted(ownership(connection).items()) for one in found]
    return {"facilities": sites, "shares": shares}


@routes.get("/dimensions", auth=READ)
def list_dimensions(request: Call, organisation: Path[str]) -> Any:
    """Return the dimensions that show something."""
    return {"dimensions": [{"name": d.name, "en": d.title_en, "zh": d.title_zh} for d in dimensions()]}


@routes.get("/dimensions/{name}", auth=READ)
def read_dimension(request: Call, organisation: Path[str], name: str, period: str) -> Any:
    """Return what a dimension shows of a period, as tables."""
    desk = request.auth
    found = next((one for one in dimensions() if one.name == name), None)
    if found is None:
        raise Http404
    identity = desk.book.identity
    figures = found.figures(desk.book, parse_period(period, identity.calendar, identity.zone))
    return {
        "tables": [
            table_record(f if isinstance(f, Table) else as_table(f))
            for f in figures
            if not isinstance(f, str)
        ]
    }


def table_record(table: Table) -> dict[str, Any]:
    """Return a table as data: exact numbers."""
    columns = [{"title": c.title, "unit": c.unit, "kind": c.kind} for c in table.columns]
    return {
        "title": table.title,
        "columns": columns,
        "rows": [list(row) for row in table.rows],
        "notes": table.notes,
    }


def asdict_slots(value: Any) -> dict[str, Any]:
    """Return the fields of a frozen dataclass by name, without going into them."""
    return {name: getattr(value, name) for name in type(value).__slots__}
