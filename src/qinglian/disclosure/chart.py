"""The scopes side by side, as rounded for publication."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qinglian.core.text import text
from qinglian.disclosure.notes import label
from qinglian.present.figures import Bar, Bars

CHARTED = ("ghg.scope1", "ghg.scope2.location", "ghg.scope2.market", "ghg.scope3")


def scope_bars(data: dict[str, Any]) -> Bars:
    """Scopes side by side, as rounded for publication."""
    known = {entry["point"]["code"]: entry for entry in data["points"]}
    bars = tuple(
        Bar(label(known[code]["point"]), Decimal(known[code]["rounded"]))
        for code in CHARTED
        if known[code]["rounded"] is not None
    )
    return Bars(text("disclosure.chart"), "t CO2e", bars)
