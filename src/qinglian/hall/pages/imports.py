"""Imports: send a file or type rows, see what was refused and why, fix it, take a batch back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from sqlalchemy import select

from qinglian.core.errors import QinglianError
from qinglian.core.text import LANGUAGES, text
from qinglian.hall.jobs.models import Job
from qinglian.hall.jobs.tasks import ask
from qinglian.hall.pages.fields import LARGEST, Day, Labelled, refused_as_error
from qinglian.hall.pages.suggested import known_activities
from qinglian.hall.pages.uploads import TABLES, receive
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ingest.columns import columns
from qinglian.ingest.template import template
from qinglian.ingest.workbook_writing import workbook_bytes
from qinglian.ledger import schema
from qinglian.ledger.evidence import evidence_name
from qinglian.ledger.organisation import facilities

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPED = ("facility", "activity", "start", "end", "quantity", "unit", "source", "reference")
ROWS_TYPED = 3
MOST_SHOWN = 100


class Upload(Labelled):
    """A file of activity data."""

    file = forms.FileField(allow_empty_file=True)
    sheet = forms.CharField(required=False, max_length=100)
    encoding = forms.CharField(required=False, max_length=30)
    adjustment = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)


class Row(Labelled):
    """One bill, typed."""

    facility = forms.CharField(max_length=60)
    activity = forms.CharField(max_length=120)
    start = Day()
    end = Day()
    quantity = forms.CharField(max_length=40)
    unit = forms.CharField(max_length=20)
    source = forms.CharField(required=False, max_length=120)
    reference = forms.CharField(required=False, max_length=120)


RowSet = forms.formset_factory(Row, extra=ROWS_TYPED, max_num=20)


@at_desk(Right.READ)
def imports(desk: Desk) -> HttpResponse:
    """Show the ways in and the batches; take a file."""
    form = Upload(desk.request.POST or None, desk.request.FILES or None)
    if desk.request.method == "POST":
        desk.require(Right.IMPORT)
        if form.is_valid():
            try:
                return _uploaded(desk, form.cleaned_data)
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    context = {"form": form, "batches": batch_rows(desk), "jobs": _jobs(desk), "languages": LANGUAGES}
    return render(desk.request, "hall/imports.html", context, status=400 if form.errors else 200)


def _uploaded(desk: Desk, given: dict[str, Any]) -> HttpResponse:
    path = receive(desk.organisation, given["file"], TABLES)
    job = ask_import(
        desk, path, sheet=given["sheet"], encoding=given["encoding"], approval=given["adjustment"]
    )
    return redirect("job", desk.organisation.slug, job.id)


def ask_import(desk: Desk, path: Path, **options: Any) -> Job:
    """Queue the import of a stored file."""
    parameters = {"file": str(path), "sites": list(desk.sites), **options}
    return ask(desk.organisation, desk.user, "import", path.name, parameters)


def _jobs(desk: Desk) -> Any:
    return Job.objects.filter(organisation=desk.organisation, kind="import")[:10]


def batch_rows(desk: Desk) -> list[dict[str, Any]]:
    """Return the newest batches, with the name of their file and whether they were undone."""
    table = schema.batch
    query = select(table).order_by(table.c.id.desc()).limit(MOST_SHOWN)
    with desk.book.read() as connection:
        undone = set(connection.execute(select(table.c.reverses_batch)).scalars())
        return [
            {
                **row,
                "kind_name": text(f"ledger.kind_{row['kind']}"),
                "file": evidence_name(connection, row["evidence_id"]) if row["evidence_id"] else "",
                "undone": row["id"] in undone,
            }
            for row in connection.execute(query).mappings()
        ]


@at_desk(Right.IMPORT)
def type_rows(desk: Desk) -> HttpResponse:
    """Take typed rows: they become a file of their own, and go the same way as any file."""
    rows = RowSet(desk.request.POST or None, prefix="row")
    if desk.request.method == "POST" and rows.is_valid():
        typed = [form.cleaned_data for form in rows if form.has_changed()]
        if typed:
            upload = SimpleUploadedFile("typed.csv", typed_file(typed))
            job = ask_import(desk, receive(desk.organisation, upload, TABLES))
            return redirect("job", desk.organisation.slug, job.id)
    with desk.book.read() as connection:
        known = sorted(code for code in facilities(connection) if not desk.sites or code in desk.sites)
    context = {"rows": rows, "facilities": known, "activities": known_activities(desk.book)}
    return render(desk.request, "hall/typing.html", context, status=400 if rows.is_bound else 200)


def typed_file(rows: list[dict[str, Any]]) -> bytes:
    """Return typed rows as an activity file, the same form as the template's."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns()[name].en for name in TYPED)
    writer.writerows([str(row[name] if row[name] is not None else "") for name in TYPED] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


@at_desk(Right.READ)
def download_template(desk: Desk, language: str, suffix: str) -> HttpResponse:
    """Return an empty activity file with a row of examples."""
    if language not in LANGUAGES or suffix not in {"csv", "xlsx"}:
        raise Http404
    content = template(language, example=True)
    name = f"{'活动数据' if language == 'zh' else 'activity-data'}.{suffix}"
    if suffix == "csv":
        return _download(content.encode("utf-8-sig"), name, "text/csv; charset=utf-8")
    return _download(workbook_bytes({name[:-5]: list(csv.reader(io.StringIO(content)))}), name, XLSX)


def _download(content: bytes, name: str, kind: str) -> FileResponse:
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=kind)


@at_desk(Right.IMPORT)
def accept(desk: Desk, number: int) -> HttpResponse:
    """Post the good rows of a file whose bad rows were refused."""
    job = _import_job(desk, number)
    if desk.request.method != "POST":
        return redirect("job", desk.organisation.slug, number)
    made = ask(desk.organisation, desk.user, "import", job.title, {**job.parameters, "accept": True})
    return redirect("job", desk.organisation.slug, made.id)


@at_desk(Right.IMPORT)
def quarantine(desk: Desk, number: int) -> HttpResponse:
    """Return the refused rows with reason and fix beside each, ready to mend and send again."""
    job = _import_job(desk, number)
    name = (job.result or {}).get("quarantine")
    if not name:
        raise Http404
    path = Path(job.parameters["file"]).with_name(Path(name).name)
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv")


def _import_job(desk: Desk, number: int) -> Job:
    job = Job.objects.filter(id=number, organisation=desk.organisation, kind="import").first()
    if job is None:
        raise Http404
    return job
