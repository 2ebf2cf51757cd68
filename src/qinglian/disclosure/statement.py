"""A statement: every data point of one published version, bound to the frameworks of a day, frozen as data.

The frozen form holds the definitions, the exact and the rounded figures, the bindings and what the run did. A
report is a pure function of it, and its figures can be computed again from the book years later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from importlib.metadata import version as installed_version
from typing import Any

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.disclosure.frameworks import Framework, framework, in_use
from qinglian.disclosure.method import method_of
from qinglian.disclosure.points import DataPoint, data_points, point_from_record
from qinglian.disclosure.rounding import rounded
from qinglian.disclosure.values import Value, values
from qinglian.ledger.book import Book
from qinglian.ledger.replay import stored_inputs
from qinglian.ledger.versions import PUBLISHED, Version, version, version_inventory

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """The frozen set: plain data under a hash."""

    data: dict[str, Any]

    def canonical(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(self.data)

    @property
    def sha256(self) -> str:
        """Hash of the canonical form."""
        return sha256_hex(self.canonical())

    @property
    def version(self) -> int:
        """Inventory version the figures are from."""
        return int(self.data["version"]["id"])

    def point(self, code: str) -> dict[str, Any]:
        """Return one entry; raises ``disclosure.point_unknown``."""
        for entry in self.data["points"]:
            if entry["point"]["code"] == code:
                found: dict[str, Any] = entry
                return found
        raise QinglianError("disclosure.point_unknown", code=code, near=[])


def build_statement(
    book: Book,
    number: int,
    as_of: date,
    *,
    comparatives: tuple[int, ...] = (),
    only: tuple[str, ...] = (),
) -> Statement:
    """Freeze the figures of a published version under the frameworks in use on a day.

    Parameters
    ----------
    comparatives
        Published versions of other periods, whose figures stand beside.
    only
        Framework ids to bind to; all that are in use if empty.

    Raises
    ------
    QinglianError
        ``disclosure.not_published``, ``disclosure.comparative_same_period``, ``ledger.version_unknown``,
        ``ledger.version_drifted``, ``disclosure.framework_unknown``, ``disclosure.framework_not_in_use``.
    """
    chosen = tuple(framework(name, as_of) for name in only) or in_use(as_of)
    points = data_points()
    frozen, found = evaluate(book, number, points)
    inventory = version_inventory(book, frozen)
    period = stored_inputs(book, frozen.run).period
    others = [_comparative(book, other, points, period.start) for other in comparatives]
    data = {
        "format": FORMAT,
        "software": installed_version("qinglian"),
        "organisation": inventory.organisation,
        "as_of": as_of,
        "period": {"label": period.label, "start": period.start, "end": period.end},
        "version": _version(frozen),
        "points": [_entry(found[code], found, chosen, others) for code in points],
        "comparatives": [about for about, _ in others],
        "frameworks": [_framework(one, as_of) for one in chosen],
        "method": method_of(book, frozen, inventory),
    }
    return Statement(_plain(data))


def evaluate(book: Book, number: int, points: dict[str, DataPoint]) -> tuple[Version, dict[str, Value]]:
    """Evaluate data points in a published version; raises ``disclosure.not_published``."""
    frozen = version(book, number)
    if frozen.state != PUBLISHED:
        state = text(f"ledger.state_{frozen.state}")
        raise QinglianError("disclosure.not_published", version=number, state=state)
    return frozen, values(book, version_inventory(book, frozen), frozen.seq, points)


def frozen_points(statement: Statement) -> dict[str, DataPoint]:
    """Return the definitions that were frozen with a statement, whatever the table says today."""
    records = [entry["point"] for entry in statement.data["points"]]
    return {record["code"]: point_from_record(record) for record in records}


def figures(value: Value, found: dict[str, Value]) -> dict[str, Any]:
    """Return what is frozen of a value: exact, rounded, quality, the sum of a total's rounded parts."""
    decimals = value.point.decimals
    return {
        "exact": value.exact,
        "rounded": None if value.exact is None else _written(value.exact, decimals),
        "rounded_parts": _rounded_parts(value, found),
        "status": value.status,
        "estimated": value.estimated,
        "fallback": value.fallback,
        "records": value.records,
        "resolved": value.resolved,
        "missing_parts": list(value.missing_parts),
    }


def _rounded_parts(value: Value, found: dict[str, Value]) -> str | None:
    parts = [found[code] for code in value.point.sum_of]
    known = [rounded(part.exact, part.point.decimals) for part in parts if part.exact is not None]
    return f"{sum(known[1:], known[0]):f}" if known else None


def _written(exact: Fraction, decimals: int) -> str:
    return f"{rounded(exact, decimals):f}"


def _entry(
    value: Value,
    found: dict[str, Value],
    chosen: tuple[Framework, ...],
    others: list[tuple[dict[str, Any], dict[str, Value]]],
) -> dict[str, Any]:
    bindings = [
        {
            "framework": one.id,
            "version": one.version,
            "code": binding.code,
            "relation": binding.relation,
            "confirmed": binding.confirmed,
            "class": binding.source_class,
            "citation": binding.citation,
            "note_en": binding.note_en,
            "note_zh": binding.note_zh,
        }
        for one in chosen
        for binding in one.bindings
        if binding.point == value.point.code
    ]
    compared = [
        {
            "version": about["version"],
            "exact": known[value.point.code].exact,
            "rounded": figures(known[value.point.code], known)["rounded"],
        }
        for about, known in others
    ]
    about = {"point": value.point.record(), "bindings": bindings, "comparatives": compared}
    return {**about, **figures(value, found)}


def _comparative(
    book: Book, number: int, points: dict[str, DataPoint], start: date
) -> tuple[dict[str, Any], dict[str, Value]]:
    frozen, found = evaluate(book, number, points)
    period = stored_inputs(book, frozen.run).period
    if period.start == start:
        raise QinglianError("disclosure.comparative_same_period", version=number, period=period.label)
    about = {"version": number, "label": period.label, "export_sha256": frozen.export_sha256}
    return {**about, "view": frozen.view.record()}, found


def _version(frozen: Version) -> dict[str, Any]:
    return {
        "id": frozen.id,
        "label": frozen.label,
        "run": frozen.run,
        "view": frozen.view.record(),
        "export_sha256": frozen.export_sha256,
        "head": frozen.head,
        "independently_reviewed": frozen.independently_reviewed,
        "supersedes": frozen.supersedes,
        "reason": frozen.reason,
    }


def _framework(one: Framework, as_of: date) -> dict[str, Any]:
    names = ("id", "version", "title_en", "title_zh", "publisher", "valid_from", "valid_to", "citation")
    return {**{name: getattr(one, name) for name in names}, "standing": one.standing(as_of)}


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data as reading its canonical form gives it: what is rendered is what was frozen."""
    import json

    found: dict[str, Any] = json.loads(canonical_json(data))
    return found
