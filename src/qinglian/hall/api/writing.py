"""Routes that change the book: imports, evidence, calendar, reversals, facilities, factors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from ninja import File, Form, Path
from ninja.files import UploadedFile

from qinglian.core.decimals import parse_decimal
from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Bounded, Call, Number
from qinglian.hall.api.once import once
from qinglian.hall.api.reading import asdict_slots
from qinglian.hall.api.shapes import Expected, Explained, Facility, Reasoned, Rows, Share
from qinglian.hall.api.strictness import routes
from qinglian.hall.api.working import job_record
from qinglian.hall.pages.calendar import SHOWN_DAYS
from qinglian.hall.pages.factors import change_record, rehearsed
from qinglian.hall.pages.imports import ask_import, batch_rows, typed_file
from qinglian.hall.pages.uploads import TABLES, receive
from qinglian.hall.people.desk import actor_of
from qinglian.hall.people.models import Membership
from qinglian.hall.people.roles import Right
from qinglian.ledger.actor import names
from qinglian.ledger.attachments import attach
from qinglian.ledger.collection import deliveries, end_expectation, expect, explain_gap
from qinglian.ledger.installed import install_packs
from qinglian.ledger.organisation import OwnershipShare, add_facility, add_ownership
from qinglian.ledger.posting import reverse_fact, undo


@routes.get("/batches", auth=needs(Right.READ))
def list_batches(request: Call, organisation: Path[str]) -> Any:
    """Return the newest batches."""
    return {"batches": batch_rows(request.auth)}


@routes.post("/imports", auth=needs(Right.IMPORT))
@once
def import_file(
    request: Call,
    organisation: Path[str],
    file: File[UploadedFile],
    sheet: Form[str] = "",
    encoding: Form[str] = "",
    accept: Form[bool] = False,
    adjustment: Form[Bounded | None] = None,
) -> Any:
    """Queue the import of an activity file."""
    path = receive(request.auth.organisation, file, TABLES)
    job = ask_import(request.auth, path, sheet=sheet, encoding=encoding, accept=accept, approval=adjustment)
    return 202, job_record(job)


@routes.post("/rows", auth=needs(Right.IMPORT))
@once
def import_rows(request: Call, organisation: Path[str], body: Rows) -> Any:
    """Queue the import of typed rows."""
    typed = typed_file([row.dict() for row in body.rows])
    path = receive(request.auth.organisation, SimpleUploadedFile("typed.csv", typed), TABLES)
    return 202, job_record(ask_import(request.auth, path))


@routes.post("/records/{fact}/reverse", auth=needs(Right.REVERSE))
@once
def reverse_record(request: Call, organisation: Path[str], fact: Number, body: Reasoned) -> Any:
    """Reverse a record."""
    desk = request.auth
    batch = reverse_fact(desk.book, desk.actor, fact, reason=body.reason, approval=body.adjustment)
    desk.record("record reversed", fact)
    return 201, {"batch": batch, "reverses": fact}


@routes.post("/batches/{batch}/undo", auth=needs(Right.REVERSE))
@once
def undo_batch(request: Call, organisation: Path[str], batch: Number, body: Reasoned) -> Any:
    """Reverse a whole batch."""
    desk = request.auth
    made = undo(desk.book, desk.actor, batch, reason=body.reason, approval=body.adjustment)
    desk.record("batch undone", batch)
    return 201, {"batch": made, "reverses": batch}


@routes.post("/evidence", auth=needs(Right.IMPORT))
@once
def attach_evidence(
    request: Call,
    organisation: Path[str],
    file: File[UploadedFile],
    batch: Form[Bounded | None] = None,
    personal: Form[bool] = False,
) -> Any:
    """Add a file to the evidence."""
    desk = request.auth
    path = receive(desk.organisation, file)
    number = attach(desk.book, desk.actor, path, batch=batch, personal=personal)
    path.unlink()
    return 201, {"evidence": number}


@routes.post("/evidence/{number}/erase", auth=needs(Right.ERASE))
@once
def erase_evidence(request: Call, organisation: Path[str], number: Number, body: Reasoned) -> Any:
    """Destroy a personal file."""
    from qinglian.ledger.erasure import erase_evidence as destroy

    decision = destroy(request.auth.book, request.auth.actor, number, reason=body.reason)
    request.auth.record("evidence erased", number)
    return 201, {"decision": decision.id}


@routes.get("/calendar", auth=needs(Right.READ))
def list_deliveries(request: Call, organisation: Path[str]) -> Any:
    """Return the collection calendar as of today."""
    today = timezone.now().date()
    book = request.auth.book
    with book.read() as connection:
        who = names(connection)
    return {
        "as_of": today,
        "deliveries": [
            {
                "expectation": one.expectation.id,
                "facility": one.expectation.facility,
                "activity": one.expectation.activity,
                "source": one.expectation.source,
                "owner": who.get(one.expectation.owner),
                "period": one.period.label,
                "first_day": one.period.start,
                "due": one.due,
                "state": one.state.value,
                "covered_days": one.covered_days,
                "jump": one.jump,
                "gap": one.gap,
            }
            for one in deliveries(book, today, since=today - timedelta(days=SHOWN_DAYS))
        ],
    }


@routes.post("/calendar", auth=needs(Right.CALENDAR))
@once
def put_on_calendar(request: Call, organisation: Path[str], body: Expected) -> Any:
    """Put data on the calendar."""
    desk = request.auth
    owner = Membership.objects.filter(organisation=desk.organisation, user__username=body.owner).first()
    number = expect(
        desk.book,
        desk.actor,
        body.facility,
        body.activity,
        first_day=body.first_day,
        every=body.every,
        owner=actor_of(owner.user) if owner is not None else None,
        source=body.source or None,
        grace_days=body.grace_days,
    )
    return 201, {"expectation": number}


@routes.post("/calendar/{number}/gap", auth=needs(Right.IMPORT))
@once
def explain(request: Call, organisation: Path[str], number: Number, body: Explained) -> Any:
    """Explain a gap."""
    desk = request.auth
    explain_gap(desk.book, desk.actor, number, body.first_day, reason=body.reason)
    return 201, {"expectation": number, "first_day": body.first_day}


@routes.post("/calendar/{number}/end", auth=needs(Right.CALENDAR))
@once
def end(request: Call, organisation: Path[str], number: Number, body: Reasoned) -> Any:
    """Take data off the calendar from today on."""
    today = timezone.now().date()
    end_expectation(request.auth.book, request.auth.actor, number, today, reason=body.reason)
    return 201, {"expectation": number, "end_day": today}


@routes.post("/facilities", auth=needs(Right.FACILITIES))
@once
def register_facility(request: Call, organisation: Path[str], body: Facility) -> Any:
    """Register a facility."""
    desk = request.auth
    made = add_facility(
        desk.book, desk.actor, body.code, name=body.name, where=body.place, unit=body.unit, zone=body.zone
    )
    return 201, asdict_slots(made)


@routes.post("/shares", auth=needs(Right.FACILITIES))
@once
def record_share(request: Call, organisation: Path[str], body: Share) -> Any:
    """Record the group's share of a unit from a day on."""
    share = OwnershipShare(
        body.unit,
        parse_decimal(body.equity).fraction(),
        body.financial_control,
        body.operational_control,
        body.valid_from,
        None,
    )
    add_ownership(request.auth.book, request.auth.actor, share, reason=body.reason)
    return 201, asdict_slots(share)


@routes.post("/factors/rehearse", auth=needs(Right.FACTORS))
@once
def rehearse_pack(request: Call, organisation: Path[str], file: File[UploadedFile]) -> Any:
    """Say what a pack would change, and keep it for installing; nothing is installed."""
    pack, changes, token = rehearsed(request.auth, file)
    return 200, {
        "pack": pack.id,
        "version": pack.version,
        "token": token,
        "changes": list(map(change_record, changes)),
    }


@routes.post("/factors/install", auth=needs(Right.FACTORS))
@once
def install_shipped(request: Call, organisation: Path[str]) -> Any:
    """Install every shipped pack that is new."""
    fresh = install_packs(request.auth.book, request.auth.actor)
    request.auth.record("factors installed", ", ".join(f"{pack.id} {pack.version}" for pack in fresh))
    return 201, {"installed": [{"id": pack.id, "version": pack.version} for pack in fresh]}


@routes.post("/factors/install/{token}", auth=needs(Right.FACTORS))
@once
def install_rehearsed(request: Call, organisation: Path[str], token: str) -> Any:
    """Install a pack that was rehearsed."""
    from qinglian.hall.pages.factors import install_uploaded

    fresh = install_uploaded(request.auth, token)
    return 201, {"installed": [{"id": pack.id, "version": pack.version} for pack in fresh]}
