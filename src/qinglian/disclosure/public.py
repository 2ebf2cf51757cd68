"""What a public page shows of a report: tables, files and addresses that never change, for whoever serves it.

An address names the version and the hash of the frozen set, so what stands there stays there; a restated
period gets an address of its own, and ``latest`` is the only one that moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from qinglian.core.text import language, text
from qinglian.disclosure.chart import scope_bars
from qinglian.disclosure.coverage import coverage_table
from qinglian.disclosure.notes import label, notes
from qinglian.disclosure.report import MANIFEST, Report
from qinglian.present.figures import Column, Figure, Table

MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file beside the page: where it is served, what it is and its hash."""

    address: str
    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """The page of one report in the language in force."""

    address: str
    latest: str
    title: str
    paragraphs: tuple[str, ...]
    figures: tuple[Figure, ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]
    files: tuple[PublicFile, ...]


def address(report: Report, organisation: str) -> str:
    """Return the lasting address: ``/disclosure/ORGANISATION/PERIOD/vVERSION-HASH/``."""
    return f"{_home(report, organisation)}v{report.statement.version}-{report.sha256[:16]}/"


def latest_address(report: Report, organisation: str) -> str:
    """Return the address that shows the newest report of the period."""
    return f"{_home(report, organisation)}latest/"


def _home(report: Report, organisation: str) -> str:
    period = report.statement.data["period"]["label"]
    return f"/disclosure/{quote(organisation, safe='')}/{quote(period, safe='')}/"


def public_page(report: Report, organisation: str) -> PublicPage:
    """Return what the page of a report shows, in the language in force.

    Parameters
    ----------
    organisation
        The organisation's part of the address, as the server spells it.
    """
    data, home = report.statement.data, address(report, organisation)
    title = text("disclosure.title", organisation=data["organisation"], period=data["period"]["label"])
    told = [
        entry[name]
        for entry in report.narrative
        for name in (language(), f"note_{language()}")
        if entry.get(name)
    ]
    names = [*sorted(report.manifest["files"]), MANIFEST]
    listed = {**report.manifest["files"], MANIFEST: ""}
    files = tuple(
        PublicFile(home + name, name, MEDIA["." + name.rpartition(".")[2]], listed[name]) for name in names
    )
    chart = scope_bars(data)
    tables = (figure_table(data), coverage_table(data), binding_table(data))
    figures: tuple[Figure, ...] = (*([chart] if chart.bars else []), *tables)
    said = tuple((heading, tuple(sentences)) for heading, sentences in notes(data) if sentences)
    return PublicPage(home, latest_address(report, organisation), title, tuple(told), figures, said, files)


def figure_table(data: dict[str, Any]) -> Table:
    """Figures as they were rounded, with quality beside them; what has no record is in the notes instead."""
    compared = [about["label"] for about in data["comparatives"]]
    columns = (
        Column(text("disclosure.column_point")),
        Column(text("disclosure.column_unit")),
        Column(data["period"]["label"], kind="quantity", digits=None),
        *(Column(name, kind="quantity", digits=None) for name in compared),
        Column(text("disclosure.column_estimated"), kind="share", digits=3),
        Column(text("disclosure.column_fallback"), kind="share", digits=3),
        Column(text("disclosure.column_status")),
    )
    rows = tuple(
        (
            label(entry["point"]),
            entry["point"]["unit"],
            _decimal(entry["rounded"]),
            *(_decimal(one["rounded"]) for one in entry["comparatives"]),
            _fraction(entry["estimated"]),
            _fraction(entry["fallback"]),
            text(f"disclosure.status_{entry['status']}"),
        )
        for entry in data["points"]
        if entry["status"] != "no_data"
    )
    return Table(text("disclosure.figures"), columns, rows, (text("disclosure.note_rounding"),))


def binding_table(data: dict[str, Any]) -> Table:
    """Codes of the figures that stand, framework by framework."""
    names = ("framework", "version", "code", "point", "relation", "source")
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in names)
    rows = tuple(
        (
            one["id"],
            one["version"],
            binding["code"],
            label(entry["point"]),
            text(f"disclosure.relation_{binding['relation']}"),
            text(f"disclosure.class_{binding['class']}"),
        )
        for one in data["frameworks"]
        for entry in data["points"]
        if entry["status"] != "no_data"
        for binding in entry["bindings"]
        if (binding["framework"], binding["version"]) == (one["id"], one["version"])
    )
    remark = text("disclosure.framework_remark", as_of=data["as_of"])
    return Table(text("disclosure.framework_index"), columns, rows, (remark,))


def _decimal(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)


def _fraction(written: str | None) -> Fraction | None:
    return None if written is None else Fraction(written)
