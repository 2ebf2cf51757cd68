"""Verify a published report: its files, arithmetic, text and faces and, with the book, its figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib.metadata import version as installed_version
from typing import Any

from qinglian.core.canonical import sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.disclosure.narrative import bound
from qinglian.disclosure.printing import printer
from qinglian.disclosure.report import MANIFEST, STATEMENT, Report, faces
from qinglian.disclosure.rounding import rounded
from qinglian.disclosure.statement import evaluate, figures, frozen_points
from qinglian.ledger.book import Book
from qinglian.ledger.replay import replay

PASSED, FAILED, SKIPPED = OUTCOMES = ("passed", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified, how it came out, and what is wrong or why it was skipped."""

    name: str
    outcome: str
    detail: str = ""


def verify_report(report: Report, book: Book | None = None, *, expected: str | None = None) -> list[Check]:
    """Verify a report; nothing is written.

    Parameters
    ----------
    book
        Its book: the version is then calculated again from the facts, and every figure from it.
    expected
        The hash of the frozen set that was printed when the report was published.
    """
    checks = [_check("files", _files(report, expected))]
    if checks[0].outcome == FAILED:
        return checks  # with changed files the rest would only say so again
    checks.append(_check("arithmetic", _arithmetic(report)))
    checks.append(_check("text", _text(report)))
    checks += _faces(report)
    if book is None:
        checks.append(Check("book", SKIPPED, text("disclosure.verify_no_book")))
    else:
        checks.append(_check("figures", _figures(report, book)))
        checks.append(_check("calculation", _calculation(report, book)))
    return checks


def _check(name: str, faults: Iterator[str]) -> Check:
    found = list(faults)
    return Check(name, FAILED if found else PASSED, "; ".join(found))


def _files(report: Report, expected: str | None) -> Iterator[str]:
    """Every file and no other, each with its hash."""
    listed = report.manifest["files"]
    there = {path.name for path in report.folder.iterdir()} - {MANIFEST}
    for name in sorted({*listed, *there}):
        if name not in there:
            yield text("disclosure.verify_missing", file=name)
        elif name not in listed:
            yield text("disclosure.verify_unlisted", file=name)
        elif sha256_hex((report.folder / name).read_bytes()) != listed[name]:
            yield text("disclosure.verify_changed", file=name)
    if expected is not None and expected != listed[STATEMENT]:
        yield text("disclosure.verify_not_expected", found=listed[STATEMENT], expected=expected)


def _arithmetic(report: Report) -> Iterator[str]:
    """Every rounded figure is its exact one rounded by the rule, every total the sum of its exact parts."""
    known = {entry["point"]["code"]: entry for entry in report.statement.data["points"]}
    for code, entry in known.items():
        exact, point = entry["exact"], entry["point"]
        shown = None if exact is None else f"{rounded(Fraction(exact), point['decimals']):f}"
        if shown != entry["rounded"]:
            yield text("disclosure.verify_rounding", code=code)
        parts = [known[part] for part in point["sum_of"] if known[part]["exact"] is not None]
        if parts and sum(Fraction(part["exact"]) for part in parts) != Fraction(exact or 0):
            yield text("disclosure.verify_total", code=code)
        if parts and sum(Decimal(part["rounded"]) for part in parts) != Decimal(entry["rounded_parts"]):
            yield text("disclosure.verify_total", code=code)


def _text(report: Report) -> Iterator[str]:
    try:
        again = bound([entry["source"] for entry in report.narrative], report.statement)
    except QinglianError as error:
        yield str(error)
        return
    if again != report.narrative:
        yield text("disclosure.verify_text")


def _faces(report: Report) -> Iterator[Check]:
    """Render again and compare the bytes, as far as the same software is at hand."""
    made = report.manifest["software"]
    if made != installed_version("qinglian"):
        detail = text("disclosure.verify_other_software", made=made, here=installed_version("qinglian"))
        yield Check("faces", SKIPPED, detail)
        return
    listed = report.manifest["files"]
    wanted = any(name.endswith(".pdf") for name in listed)
    same = wanted and report.manifest["printer"] == printer()
    again = faces(report.statement.data, report.narrative, with_pdf=same)
    faults = (
        text("disclosure.verify_face", file=name)
        for name, content in sorted(again.items())
        if sha256_hex(content) != listed.get(name)
    )
    yield _check("faces", faults)
    if wanted and not same:
        detail = text(
            "disclosure.verify_other_printer", made=report.manifest["printer"] or "–", here=printer() or "–"
        )
        yield Check("pdf", SKIPPED, detail)


def _figures(report: Report, book: Book) -> Iterator[str]:
    """Read every figure from the book again, by the frozen definitions and not by today's."""
    data = report.statement.data
    points = frozen_points(report.statement)
    frozen, found = evaluate(book, report.statement.version, points)
    for name in ("export_sha256", "head", "run"):
        if getattr(frozen, name) != data["version"][name]:
            yield text("disclosure.verify_version", what=name)
    for entry in data["points"]:
        code = entry["point"]["code"]
        if _as_frozen(figures(found[code], found)) != {
            name: entry[name] for name in figures(found[code], found)
        }:
            yield text("disclosure.verify_figure", code=code)
    for position, about in enumerate(data["comparatives"]):
        _, other = evaluate(book, about["version"], points)
        for entry in data["points"]:
            code = entry["point"]["code"]
            again = _as_frozen({"exact": other[code].exact})["exact"]
            if again != entry["comparatives"][position]["exact"]:
                yield text("disclosure.verify_figure", code=f"{code} ({about['label']})")


def _as_frozen(figure: dict[str, Any]) -> dict[str, Any]:
    import json

    from qinglian.core.canonical import canonical_json

    found: dict[str, Any] = json.loads(canonical_json(figure))
    return found


def _calculation(report: Report, book: Book) -> Iterator[str]:
    """Calculate the version again from its sealed facts; the export must have the bytes that were frozen."""
    again = replay(book, report.statement.version)
    if again.found != report.statement.data["version"]["export_sha256"]:
        yield text("disclosure.verify_replay", stored=again.stored, found=again.found)
