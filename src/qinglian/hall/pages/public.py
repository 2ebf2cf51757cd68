"""The public disclosure: no login, both languages, addresses that never change, files beside the page."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qinglian.disclosure.public import MEDIA, PublicPage, public_page
from qinglian.disclosure.report import read_report
from qinglian.hall.headers import REPORT_POLICY
from qinglian.hall.pages.kept import kept
from qinglian.hall.people.models import Organisation, Publication


def index(request: HttpRequest) -> HttpResponse:
    """List organisations that have published, and their reports."""
    found = Publication.objects.select_related("organisation").order_by("organisation__name", "-id")
    return render(request, "hall/public_index.html", {"publications": [(one, _part(one)) for one in found]})


def _part(one: Publication) -> str:
    return f"v{one.version}-{one.sha256[:16]}"


def page(request: HttpRequest, organisation: str, period: str, part: str) -> HttpResponse:
    """Show a published report in the reader's language."""
    found = _found(organisation, period, part)
    if part == "latest":
        return redirect("public", organisation, period, _part(found))
    from qinglian.core.text import language

    shown: PublicPage = kept(
        ("public", found.id, language()), lambda: public_page(read_report(Path(found.folder)), organisation)
    )
    context = {"page": shown, "publication": found, "address": request.build_absolute_uri(shown.address)}
    return render(request, "hall/public.html", context)


def file(request: HttpRequest, organisation: str, period: str, part: str, name: str) -> FileResponse:
    """Return a file of a published report, byte for byte as it was frozen."""
    found = _found(organisation, period, part)
    folder = Path(found.folder)
    known = {path.name for path in folder.iterdir() if path.is_file()}
    suffix = "." + name.rpartition(".")[2]
    if name not in known or suffix not in MEDIA or part == "latest":
        raise Http404
    answer = FileResponse((folder / name).open("rb"), content_type=MEDIA[suffix], filename=name)
    answer.headers["Content-Security-Policy"] = REPORT_POLICY
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _found(organisation: str, period: str, part: str) -> Publication:
    owner = Organisation.objects.filter(slug=organisation).first()
    candidates = (
        Publication.objects.filter(organisation=owner, period=period) if owner else Publication.objects.none()
    )
    for one in candidates:
        if part in {"latest", _part(one)}:
            return one
    raise Http404
