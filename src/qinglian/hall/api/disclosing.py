"""Routes that disclose: statements, reports, an assurer's packs and samples."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse
from django.urls import reverse
from ninja import Path, Query, Schema
from pydantic import Field

from qinglian.disclosure.pack import drawn
from qinglian.disclosure.statement import build_statement
from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Call, Number
from qinglian.hall.api.once import once
from qinglian.hall.api.shapes import (
    Report,
)
from qinglian.hall.api.strictness import routes
from qinglian.hall.api.working import job_record
from qinglian.hall.pages.disclosing import ask_pack_of, pack_file, queue_report, verified
from qinglian.hall.people.models import Publication
from qinglian.hall.people.roles import Right

READ = needs(Right.READ)


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
