"""Who made a plan, in the language in force: its origin is kept in English, whatever is read in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.production.planner import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.production.plan import Plan

CHANGES = {"repaired": "origin_repaired", "one lot moved": "origin_moved"}
"""What a repair and a move add to an origin, and the texts that say so."""


def maker(plan: Plan) -> str:
    """Say who made a plan; an origin that is not ours, or has an unknown change, is told as it stands."""
    origin, *changes = plan.origin.split("; ")
    said = text("production.origin_rules") if origin == RULES else _search(plan, origin)
    if not said or not CHANGES.keys() >= set(changes):
        return plan.origin
    told = [text(f"production.{CHANGES[change]}") for change in dict.fromkeys(changes)]
    return text("core.comma").join([said, *told])


def _search(plan: Plan, origin: str) -> str:
    """Name a search by its seed and budget; nothing for any other origin."""
    seed = plan.facts.get("seed", "")
    if not origin.startswith(f"qinglian, seed {seed}, "):
        return ""
    return text("production.origin_search", seed=seed, budget=text("core.comma").join(_budget(plan)))


def _budget(plan: Plan) -> Iterator[str]:
    for name in ("seconds", "iterations"):
        if name in plan.facts:
            given = plan.facts[name]
            count = f"{int(given):,}" if given.isdecimal() else given
            yield text(f"production.budget_{name}", count=count)
