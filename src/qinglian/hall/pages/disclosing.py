"""The disclosure builder: figures of a published version, its text, the report, the assurer's pack."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.disclosure.commands import statement_tables
from qinglian.disclosure.frameworks import in_use
from qinglian.disclosure.narrative import bound
from qinglian.disclosure.pack import drawn
from qinglian.disclosure.points import data_points
from qinglian.disclosure.recomputing import Check, verify_report
from qinglian.disclosure.report import read_report
from qinglian.disclosure.statement import Statement, build_statement
from qinglian.hall.jobs.models import SUCCEEDED, Job
from qinglian.hall.jobs.tasks import ask
from qinglian.hall.pages.fields import Day, Labelled, refused_as_error
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.models import Narrative, Publication
from qinglian.hall.people.roles import Right
from qinglian.ledger.versions import PUBLISHED, versions
from qinglian.present.figures import Column, Table


class Build(Labelled):
    """What a report is of, and under what."""

    version = forms.TypedChoiceField(coerce=int)
    as_of = Day()
    comparatives = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    frameworks = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    text_zh = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))
    text_en = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))


class Sample(Labelled):
    """How an assurer draws records."""

    code = forms.ChoiceField()
    size = forms.IntegerField(min_value=1, max_value=500, initial=25)
    seed = forms.CharField(max_length=60)
    method = forms.ChoiceField(choices=[("random", "random"), ("unit", "unit")])


@at_desk(Right.READ)
def disclosure(desk: Desk) -> HttpResponse:
    """Show what may be disclosed and what was; preview or publish a report."""
    published = [one for one in versions(desk.book) if one.state == PUBLISHED]
    form = _form(desk, published)
    context: dict[str, Any] = {"form": form, "published": published}
    if desk.request.method == "POST":
        desk.require(Right.DISCLOSE)
        if form.is_valid():
            try:
                answer = _built(desk, form.cleaned_data, publish=desk.request.POST.get("way") == "publish")
                if isinstance(answer, HttpResponse):
                    return answer
                context |= answer
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    context["publications"] = Publication.objects.filter(organisation=desk.organisation)
    context["packs"] = Job.objects.filter(organisation=desk.organisation, kind="pack")[:10]
    return render(desk.request, "hall/disclosure.html", context, status=400 if form.errors else 200)


def _form(desk: Desk, published: list[Any]) -> Build:
    today = timezone.now().date()
    form = Build(desk.request.POST or None, initial=_initial(desk, published, today))
    choices = [(one.id, f"{one.id} · {one.label}") for one in published]
    form.fields["version"].choices = choices
    form.fields["comparatives"].choices = choices
    form.fields["frameworks"].choices = [(one.id, f"{one.title} · {one.version}") for one in in_use(today)]
    return form


def _initial(desk: Desk, published: list[Any], today: date) -> dict[str, Any]:
    newest = published[-1].id if published else None
    kept = Narrative.objects.filter(organisation=desk.organisation, version=newest or 0).first()
    told = {"text_zh": kept.zh, "text_en": kept.en} if kept else {}
    return {"version": newest, "as_of": today, **told}


def _built(desk: Desk, given: dict[str, Any], *, publish: bool) -> HttpResponse | dict[str, Any]:
    """Keep the text, then queue the report, or show what its figures and sentences would be."""
    Narrative.objects.update_or_create(
        organisation=desk.organisation,
        version=given["version"],
        defaults={"zh": given["text_zh"], "en": given["text_en"]},
    )
    if publish:
        return redirect("job", desk.organisation.slug, queue_report(desk, given).id)
    statement, _ = _checked(desk, given)
    told = bound(paragraphs(given["text_zh"], given["text_en"]), statement)
    return {"preview": statement_tables(statement), "told": told, "sha256": statement.sha256}


def _checked(desk: Desk, given: dict[str, Any]) -> tuple[Statement, tuple[int, ...]]:
    """Build the statement and bind the text: a number that is no data point is refused before all else."""
    comparatives = tuple(number for number in given["comparatives"] if number != given["version"])
    statement = build_statement(
        desk.book,
        given["version"],
        given["as_of"],
        comparatives=comparatives,
        only=tuple(given["frameworks"]),
    )
    bound(paragraphs(given["text_zh"], given["text_en"]), statement)
    return statement, comparatives


def queue_report(desk: Desk, given: dict[str, Any]) -> Job:
    """Queue the building and publishing of a report.

    Raises
    ------
    QinglianError
        What `build_statement` and `bound` refuse, and ``hall.text_uneven``.
    """
    _, comparatives = _checked(desk, given)
    parameters = {
        "version": given["version"],
        "as_of": given["as_of"].isoformat(),
        "comparatives": list(comparatives),
        "frameworks": list(given["frameworks"]),
        "narrative": paragraphs(given["text_zh"], given["text_en"]),
        "reports": str(settings.HOME.reports / desk.organisation.slug),
        "job": secrets.token_hex(8),
        "publish": True,
    }
    title = text("hall.report_of", version=parameters["version"])
    job = ask(desk.organisation, desk.user, "report", title, parameters)
    desk.record("report asked", parameters["version"])
    return job


def paragraphs(zh: str, en: str) -> list[dict[str, str]]:
    """Return a text in both languages, paragraph by paragraph: an empty line parts them.

    Raises
    ------
    QinglianError
        ``hall.text_uneven`` where the languages have different numbers of paragraphs.
    """
    sides = [
        [part.strip() for part in side.replace("\r", "").split("\n\n") if part.strip()] for side in (zh, en)
    ]
    if len(sides[0]) != len(sides[1]):
        raise QinglianError("hall.text_uneven", zh=len(sides[0]), en=len(sides[1]))
    return [{"zh": one, "en": other} for one, other in zip(*sides, strict=True)]


@at_desk(Right.READ)
def publication(desk: Desk, number: int) -> HttpResponse:
    """Verify a published report again from its frozen set and the book."""
    found, checks = _publication(desk, number), verified(desk, number)
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in ("check", "outcome", "detail"))
    rows = tuple(
        (text(f"disclosure.check_{one.name}"), text(f"disclosure.outcome_{one.outcome}"), one.detail)
        for one in checks
    )
    table = Table(text("hall.verified_report"), columns, rows)
    return render(desk.request, "hall/publication.html", {"publication": found, "table": table})


def verified(desk: Desk, number: int) -> list[Check]:
    """Return every check of a published report."""
    found = _publication(desk, number)
    return verify_report(read_report(Path(found.folder)), desk.book, expected=found.sha256)


def _publication(desk: Desk, number: int) -> Publication:
    found = Publication.objects.filter(organisation=desk.organisation, id=number).first()
    if found is None:
        raise Http404
    return found


@at_desk(Right.PACK)
def ask_pack(desk: Desk, number: int) -> HttpResponse:
    """Queue the evidence pack of a published version."""
    if desk.request.method != "POST":
        return redirect("disclosure", desk.organisation.slug)
    return redirect("job", desk.organisation.slug, ask_pack_of(desk, number).id)


def ask_pack_of(desk: Desk, number: int) -> Job:
    """Queue a pack."""
    output = settings.HOME.uploads / desk.organisation.slug / "packs" / f"pack-v{number}.zip"
    parameters = {"version": number, "as_of": timezone.now().date().isoformat(), "output": str(output)}
    job = ask(desk.organisation, desk.user, "pack", text("hall.pack_of", version=number), parameters)
    desk.record("pack asked", number)
    return job


@at_desk(Right.PACK)
def download_pack(desk: Desk, number: int) -> FileResponse:
    """Return a pack; the reading is recorded."""
    path = pack_file(desk, number)
    desk.record("pack read", number)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip"
    )


def pack_file(desk: Desk, number: int) -> Path:
    """Return the file a finished job has made, or 404."""
    job = Job.objects.filter(organisation=desk.organisation, id=number, kind="pack", state=SUCCEEDED).first()
    path = Path(job.parameters["output"]) if job is not None else None
    if path is None or not path.is_file():
        raise Http404
    return path


@at_desk(Right.PACK)
def sample(desk: Desk, number: int) -> HttpResponse:
    """Draw records behind a data point with the assurer's seed."""
    path, form = pack_file(desk, number), Sample(desk.request.GET or None)
    form.fields["code"].choices = [
        (point.code, f"{point.code} · {point.label}") for point in data_points().values()
    ]
    context: dict[str, Any] = {"form": form, "number": number}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            found = drawn(path, given["code"], given["size"], given["seed"], given["method"])
            context["sample"] = sample_table(found)
            desk.record("sample drawn", f"{given['code']} {given['seed']}")
        except QinglianError as refusal:
            refused_as_error(form, refusal)
    return render(desk.request, "hall/sample.html", context)


def sample_table(found: list[dict[str, Any]]) -> Table:
    """Return drawn records with what an assurer looks for in the files."""
    names = (
        "fact",
        "facility",
        "activity",
        "quantity",
        "unit",
        "source",
        "reference",
        "sheet",
        "row",
        "evidence",
    )
    columns = tuple(Column(text(f"hall.column_{name}")) for name in names)
    rows = tuple(tuple(str(one[name]) if one[name] is not None else None for name in names) for one in found)
    return Table(text("hall.sample"), columns, rows)
