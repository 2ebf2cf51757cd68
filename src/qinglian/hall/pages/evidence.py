"""Evidence: the files behind the facts. Personal ones open only for some roles; every reading is recorded."""

from __future__ import annotations

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render

from qinglian.core.errors import QinglianError
from qinglian.hall.pages.fields import LARGEST, Labelled, refused_as_error
from qinglian.hall.pages.uploads import receive
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.attachments import Attachment, attach, attachments
from qinglian.ledger.erasure import erase_evidence

SANDBOX = "default-src 'none'; sandbox"


class Attach(Labelled):
    """A file that proves something, such as the scan of a bill."""

    file = forms.FileField()
    batch = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    personal = forms.BooleanField(required=False)


class Erase(Labelled):
    """Why a personal file is destroyed."""

    reason = forms.CharField(max_length=500)


@at_desk(Right.READ)
def evidence(desk: Desk) -> HttpResponse:
    """List the evidence, and take a file."""
    form = Attach(
        desk.request.POST or None,
        desk.request.FILES or None,
        initial={"batch": desk.request.GET.get("batch")},
    )
    if desk.request.method == "POST":
        desk.require(Right.IMPORT)
        if form.is_valid():
            given = form.cleaned_data
            try:
                path = receive(desk.organisation, given["file"])
                attach(desk.book, desk.actor, path, batch=given["batch"], personal=given["personal"])
                path.unlink()
                return redirect("evidence", desk.organisation.slug)
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    found = [one for one in attachments(desk.book) if not one.personal or desk.may(Right.RESTRICTED)]
    context = {"form": form, "attachments": list(reversed(found))}
    return render(desk.request, "hall/evidence.html", context, status=400 if form.errors else 200)


@at_desk(Right.READ)
def download(desk: Desk, number: int) -> FileResponse:
    """Return a file."""
    return send(desk, number)


def send(desk: Desk, number: int) -> FileResponse:
    """Return a file as it was stored: always as an attachment, whatever it claims to be."""
    found = _attachment(desk, number)
    if found.personal:
        desk.require(Right.RESTRICTED)
        desk.record("personal evidence read", number)
    path = desk.book.evidence_folder / found.sha256
    if found.erased_by is not None or not path.is_file():
        raise Http404
    name = found.name or found.sha256
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


@at_desk(Right.ERASE)
def erase(desk: Desk, number: int) -> HttpResponse:
    """Destroy a personal file."""
    found, form = _attachment(desk, number), Erase(desk.request.POST or None)
    if desk.request.method == "POST" and form.is_valid():
        erase_evidence(desk.book, desk.actor, number, reason=form.cleaned_data["reason"])
        desk.record("evidence erased", number)
        return redirect("evidence", desk.organisation.slug)
    return render(desk.request, "hall/erasure.html", {"form": form, "attachment": found})


def _attachment(desk: Desk, number: int) -> Attachment:
    found = next((one for one in attachments(desk.book) if one.number == number), None)
    if found is None:
        raise Http404
    return found
