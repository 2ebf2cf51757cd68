"""How far a statement covers each framework: of the codes bound to our data points, how many have a figure.

It says nothing of codes that no data point is bound to: texts, targets and governance are not in this table.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from qinglian.core.text import language, text
from qinglian.present.figures import Column, Table

STATUSES = ("reported", "partial", "unresolved", "no_data")


def coverage(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return per framework version how many bound data points have each status, and confirmed codes."""
    found = []
    for one in data["frameworks"]:
        bound = [
            (entry["status"], binding["confirmed"])
            for entry in data["points"]
            for binding in entry["bindings"]
            if (binding["framework"], binding["version"]) == (one["id"], one["version"])
        ]
        counts = Counter(status for status, _ in bound)
        found.append(
            {
                "framework": one["id"],
                "version": one["version"],
                "title": one[f"title_{language()}"],
                **{status: counts[status] for status in STATUSES},
                "confirmed": sum(confirmed for _, confirmed in bound),
                "bound": len(bound),
            }
        )
    return found


def coverage_table(data: dict[str, Any]) -> Table:
    """The same as a table in the language in force."""
    columns = (
        Column(text("disclosure.column_framework")),
        Column(text("disclosure.column_version")),
        *(Column(text(f"disclosure.status_{status}"), kind="quantity") for status in STATUSES),
        Column(text("disclosure.column_confirmed")),
    )
    rows = tuple(
        (
            one["title"],
            one["version"],
            *(one[status] for status in STATUSES),
            f"{one['confirmed']}/{one['bound']}",
        )
        for one in coverage(data)
    )
    return Table(text("disclosure.coverage_title"), columns, rows, (text("disclosure.coverage_note"),))
