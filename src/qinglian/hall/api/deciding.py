"""Routes that decide and disclose: versions, reports, packs, the audit, people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from ninja import Path, Query, Schema
from pydantic import Field

from qinglian.core.errors import QinglianError
from qinglian.disclosure.pack import drawn
from qinglian.disclosure.statement import build_statement
from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Call, Number
from qinglian.hall.api.models import Token
from qinglian.hall.api.once import once
from qinglian.hall.api.shapes import (
    Aim,
    Decided,
    Drafted,
    Invited,
    Member,
    NewToken,
    Reasoned,
    Reopened,
    Report,
    Verified,
)
from qinglian.hall.api.strictness import routes
from qinglian.hall.api.writing import job_record
from qinglian.hall.pages.aims import entered
from qinglian.hall.pages.approvals import STEPS, decided
from qinglian.hall.pages.disclosing import ask_pack_of, pack_file, queue_report, verified
from qinglian.hall.pages.members import change_member, erase_member, member_of, remove_member
from qinglian.hall.people.models import Event, Invitation, Membership, Publication
from qinglian.hall.people.roles import Right
from qinglian.ledger.audit import audit
from qinglian.ledger.inventory import View
from qinglian.ledger.reopening import open_lock
from qinglian.ledger.restatement import difference
from qinglian.ledger.versions import Version, approve_adjustment, create_version, version, versions
from qinglian.targets.account import targets
from qinglian.targets.commands import progress_record
from qinglian.targets.progress import progress

READ = needs(Right.READ)


class Compared(Schema):
    """Two versions."""

    before: int = Field(ge=1, le=2**31 - 1)
    after: int = Field(ge=1, le=2**31 - 1)


class Drawn(Schema):
    """A sample."""

    code: str
    seed: str = Field(min_length=1, max_length=60)
    size: int = Field(default=25, ge=1, le=500)
    method: str = Field(default="random", pattern="^(random|unit)$")


class Dated(Schema):
    """A statement."""

    version: int = Field(ge=1, le=2**31 - 1)
    as_of: date


class AsOf(Schema):
    """The day a question is asked about."""

    as_of: date


class Before(Schema):
    """A page of events: those with lower numbers."""

    cursor: int | None = Field(default=None, ge=0, le=2**62)
    limit: int = Field(default=100, ge=1, le=1000)


def version_record(found: Version) -> dict[str, Any]:
    """Return a version as data."""
    decisions = [
        {name: getattr(one, name) for name in ("id", "state", "subject", "authenticated", "note", "seq")}
        for one in found.decisions
    ]
    plain = (
        "id",
        "label",
        "state",
        "run",
        "export_sha256",
        "supersedes",
        "reason",
        "independently_reviewed",
        "head",
    )
    return {
        **{name: getattr(found, name) for name in plain},
        "view": found.view.record(),
        "decisions": decisions,
    }


@routes.get("/versions", auth=READ)
def list_versions(request: Call, organisation: Path[str]) -> Any:
    """Return every version with its decisions."""
    return {"versions": [version_record(one) for one in versions(request.auth.book)]}


@routes.get("/versions/compare", auth=READ)
def compare_versions(request: Call, organisation: Path[str], which: Query[Compared]) -> Any:
    """Split the difference of two versions by cause."""
    found = difference(request.auth.book, which.before, which.after)
    return {
        "before": found.before,
        "after": found.after,
        "differences": [d.record() for d in found.differences],
    }


@routes.get("/versions/{number}", auth=READ)
def read_version(request: Call, organisation: Path[str], number: Number) -> Any:
    """Return a version."""
    return version_record(version(request.auth.book, number))


@routes.post("/versions", auth=needs(Right.DRAFT))
@once
def draft_version(request: Call, organisation: Path[str], body: Drafted) -> Any:
    """Draft a version of a run."""
    desk = request.auth
    view = View(body.consolidation, body.gwp)
    made = create_version(desk.book, desk.actor, body.run, view, body.label, reason=body.reason)
    desk.record("version drafted", made.id)
    return 201, version_record(made)


@routes.post("/versions/{number}/decisions", auth=READ)
@once
def decide_version(request: Call, organisation: Path[str], number: Number, body: Decided) -> Any:
    """Review, approve or publish."""
    request.auth.require(next(right for step, right in STEPS.values() if step == body.state))
    return 201, version_record(decided(request.auth, number, body.state, body.note))


@routes.post("/versions/{number}/reopenings", auth=needs(Right.APPROVE))
@once
def reopen_version(request: Call, organisation: Path[str], number: Number, body: Reopened) -> Any:
    """Allow one late batch into a locked period, or open the lock."""
    desk = request.auth
    act = approve_adjustment if body.way == "adjustment" else open_lock
    decision = act(desk.book, desk.actor, number, reason=body.reason)
    desk.record(f"lock {body.way}", number)
    return 201, {"decision": decision.id, "version": number}


@routes.get("/statement", auth=READ)
def read_statement(request: Call, organisation: Path[str], which: Query[Dated]) -> Any:
    """Return the figures of a published version under the frameworks in use on a day."""
    found = build_statement(request.auth.book, which.version, which.as_of)
    return {"sha256": found.sha256, "statement": found.data}


@routes.post("/reports", auth=needs(Right.DISCLOSE))
@once
def publish_report(request: Call, organisation: Path[str], body: Report) -> Any:
    """Queue a report; refused at once where a number in its text is no data point."""
    return 202, job_record(queue_report(request.auth, body.dict()))


@routes.get("/publications", auth=READ)
def list_publications(request: Call, organisation: Path[str]) -> Any:
    """Return the published reports."""
    found = Publication.objects.filter(organisation=request.auth.organisation)
    return {"publications": [publication_record(one) for one in found]}


@routes.get("/publications/{number}/verification", auth=READ)
def verify_publication(request: Call, organisation: Path[str], number: Number) -> Any:
    """Recompute a published report from its frozen set and the book."""
    checks = verified(request.auth, number)
    return {"checks": [{"name": c.name, "outcome": c.outcome, "detail": c.detail} for c in checks]}


@routes.post("/versions/{number}/pack", auth=needs(Right.PACK))
@once
def pack_version(request: Call, organisation: Path[str], number: Number) -> Any:
    """Queue the evidence pack of a published version."""
    return 202, job_record(ask_pack_of(request.auth, number))


@routes.get(
    "/packs/{number}",
    auth=needs(Right.PACK),
    openapi_extra={"responses": {200: {"content": {"application/zip": {}}}}},
)
def read_pack(request: Call, organisation: Path[str], number: Number) -> FileResponse:
    """Return the pack a job has made."""
    path = pack_file(request.auth, number)
    request.auth.record("pack read", number)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip"
    )


@routes.get("/packs/{number}/sample", auth=needs(Right.PACK))
def draw_sample(request: Call, organisation: Path[str], number: Number, how: Query[Drawn]) -> Any:
    """Draw records behind a data point with the assurer's seed."""
    found = drawn(pack_file(request.auth, number), how.code, how.size, how.seed, how.method)
    request.auth.record("sample drawn", f"{how.code} {how.seed}")
    return {"records": found}


@routes.post("/audit", auth=needs(Right.AUDIT))
@once
def verify_book(request: Call, organisation: Path[str], body: Verified) -> Any:
    """Verify the whole book."""
    result = audit(request.auth.book, against=body.against or None)
    request.auth.record("book verified")
    findings = [{"code": f.problem.code, "message": str(f.problem), "seq": f.seq} for f in result.findings]
    return 200, {
        "passed": result.passed,
        "head": result.head,
        "entries": result.entries,
        "findings": findings,
    }


@routes.get("/events", auth=needs(Right.AUDIT))
def list_events(request: Call, organisation: Path[str], which: Query[Before]) -> Any:
    """Return who did and read what, the newest first."""
    found = Event.objects.filter(organisation=request.auth.organisation).select_related("user")
    if which.cursor is not None:
        found = found.filter(id__lt=which.cursor)
    page = list(found[: which.limit])
    return {
        "events": [
            {
                "id": one.id,
                "at": one.at.isoformat(),
                "user": one.user.username if one.user else None,
                "action": one.action,
                "target": one.target,
            }
            for one in page
        ],
        "next_cursor": page[-1].id if len(page) == which.limit else None,
    }


@routes.get("/members", auth=needs(Right.MEMBERS))
def list_members(request: Call, organisation: Path[str]) -> Any:
    """Return the members."""
    found = Membership.objects.filter(organisation=request.auth.organisation).select_related("user")
    return {"members": [member_record(one) for one in found]}


@routes.post("/invitations", auth=needs(Right.MEMBERS))
def invite(request: Call, organisation: Path[str], body: Invited) -> Any:
    """Make an invitation: a link that works once. It is stored nowhere, so it takes no idempotency key."""
    desk = request.auth
    token = Invitation.make(
        organisation=desk.organisation, role=body.role, login=body.login, sites=body.sites, made_by=desk.user
    )
    desk.record("invitation made", body.role)
    return {"link": request.build_absolute_uri(reverse("join", args=[token]))}


@routes.patch("/members/{number}", auth=needs(Right.MEMBERS))
@once
def change_role(request: Call, organisation: Path[str], number: Number, body: Member) -> Any:
    """Change a member's role."""
    found = change_member(request.auth, member_of(request.auth, number), body.role, body.sites, body.until)
    return 200, member_record(found)


@routes.delete("/members/{number}", auth=needs(Right.MEMBERS))
@once
def end_membership(request: Call, organisation: Path[str], number: Number) -> Any:
    """End a membership."""
    remove_member(request.auth, member_of(request.auth, number))
    return 200, {"member": number}


@routes.post("/members/{number}/erase", auth=needs(Right.ERASE))
@once
def erase_person(request: Call, organisation: Path[str], number: Number, body: Reasoned) -> Any:
    """Destroy a person's name, in the book and here."""
    erase_member(request.auth, member_of(request.auth, number), body.reason)
    return 200, {"member": number}


@routes.get("/tokens", auth=READ)
def list_tokens(request: Call, organisation: Path[str]) -> Any:
    """Return one's own tokens, without the keys."""
    found = Token.objects.filter(user=request.auth.user, organisation=request.auth.organisation)
    return {"tokens": [{"id": t.id, "name": t.name, "scopes": t.scopes, "until": t.until} for t in found]}


@routes.post("/tokens", auth=READ)
def make_token(request: Call, organisation: Path[str], body: NewToken) -> Any:
    """Make a token with no more rights than one's own. The key is shown once: no idempotency key."""
    desk = request.auth
    allowed = desk.rights & scopes_of(request)
    if beyond := sorted(set(body.scopes) - allowed):
        raise QinglianError("hall.scope_beyond", scopes=beyond)
    token = Token.make(desk.user, desk.organisation, body.name, body.scopes, body.until)
    desk.record("token made", body.name)
    return {"token": token}


@routes.delete("/tokens/{number}", auth=READ)
@once
def revoke_token(request: Call, organisation: Path[str], number: Number) -> Any:
    """Destroy a token."""
    desk = request.auth
    Token.objects.filter(user=desk.user, organisation=desk.organisation, id=number).delete()
    desk.record("token revoked", number)
    return 200, {"token": number}


def scopes_of(request: HttpRequest) -> frozenset[str]:
    """Return what the caller's own token allows: a token makes none that may do more than itself."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = Token.open_for(key) if scheme == "Bearer" else None
    return frozenset(found.scopes) if found is not None else frozenset(right.value for right in Right)


def member_record(one: Membership) -> dict[str, Any]:
    """Return a membership as data."""
    return {
        "id": one.id,
        "login": one.user.username,
        "role": one.role,
        "sites": one.sites,
        "until": one.until,
    }


def publication_record(one: Publication) -> dict[str, Any]:
    """Return a publication as data."""
    address = reverse("public", args=[one.organisation.slug, one.period, f"v{one.version}-{one.sha256[:16]}"])
    return {
        "id": one.id,
        "version": one.version,
        "period": one.period,
        "sha256": one.sha256,
        "address": address,
    }


@routes.get("/targets", auth=READ)
def list_targets(request: Call, organisation: Path[str], which: Query[AsOf]) -> Any:
    """Return the targets and how they stand on a day."""
    book = request.auth.book
    return {"targets": [progress_record(progress(book, one, which.as_of)) for one in targets(book)]}


@routes.post("/targets", auth=needs(Right.DRAFT))
@once
def enter_target(request: Call, organisation: Path[str], body: Aim) -> Any:
    """Enter a target, or replace one with a reason."""
    return 201, entered(request.auth, body.dict()).record()
