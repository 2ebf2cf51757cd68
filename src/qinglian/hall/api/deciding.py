"""Routes that decide: versions from draft to published, targets, the audit of the book."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Path, Query, Schema
from pydantic import Field

from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Call, Number
from qinglian.hall.api.once import once
from qinglian.hall.api.shapes import (
    Aim,
    Decided,
    Drafted,
    Reopened,
    Verified,
)
from qinglian.hall.api.strictness import routes
from qinglian.hall.pages.aims import entered
from qinglian.hall.pages.approvals import STEPS, decided
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


class AsOf(Schema):
    """The day a question is asked about."""

    as_of: date


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
