"""Which pages there are in an organisation, in the order of the work; dimensions are found, not listed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast

from django.urls import reverse

from qinglian.core.dimension import Dimension
from qinglian.core.entry_points import entry_points
from qinglian.core.text import language, text
from qinglian.hall.people.desk import Desk
from qinglian.hall.people.roles import Right

GROUP = "qinglian.dimensions"


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of the navigation."""

    name: str
    right: Right
    group: str


PAGES = (
    Page("overview", Right.READ, "book"),
    Page("inventory", Right.READ, "book"),
    Page("records", Right.READ, "book"),
    Page("imports", Right.READ, "data"),
    Page("calendar", Right.READ, "data"),
    Page("evidence", Right.READ, "data"),
    Page("factors", Right.READ, "data"),
    Page("approvals", Right.READ, "decide"),
    Page("disclosure", Right.READ, "decide"),
    Page("targets", Right.READ, "decide"),
    Page("organisation", Right.READ, "house"),
    Page("jobs", Right.READ, "house"),
    Page("members", Right.MEMBERS, "house"),
    Page("audit", Right.AUDIT, "house"),
)
GROUPS = ("book", "dimensions", "data", "decide", "house")


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation, in the reader's language."""

    title: str
    address: str


@cache
def dimensions() -> tuple[Dimension, ...]:
    """Return the dimensions that show something, in alphabetical order of their names."""
    found = (cast("Dimension", entry.load()) for entry in entry_points(GROUP))
    return tuple(sorted((one for one in found if one.report), key=lambda one: one.name))


def title_of(dimension: Dimension) -> str:
    """Return a dimension's title in the language in force."""
    return dimension.title_zh if language() == "zh" else dimension.title_en


def pages_for(desk: Desk) -> list[tuple[str, list[Entry]]]:
    """Return the navigation of a person, group by group; no page that the role does not open."""
    slug = desk.organisation.slug
    found: dict[str, list[Entry]] = {name: [] for name in GROUPS}
    for page in PAGES:
        if desk.may(page.right):
            found[page.group].append(Entry(text(f"hall.page_{page.name}"), reverse(page.name, args=[slug])))
    for one in dimensions():
        found["dimensions"].append(Entry(title_of(one), reverse("dimension", args=[slug, one.name])))
    return [(text(f"hall.group_{name}"), entries) for name, entries in found.items() if entries]
