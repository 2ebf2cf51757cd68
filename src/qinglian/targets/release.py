"""The release's own targets, as it stated them, in both wordings."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from importlib.resources import files

from qinglian.core.text import language
from qinglian.targets.model import Target


def release_targets() -> tuple[Target, ...]:
    """Return the stated targets; none has a base value, for none was published beside them."""
    told = tomllib.loads((files("qinglian.targets") / "release.toml").read_text(encoding="utf-8"))
    return tuple(
        Target(
            name=entry["name"],
            kind=entry["kind"],
            scopes=tuple(entry["scopes"]),
            base_year=entry["base_year"],
            target_year=entry["target_year"],
            reduction=Fraction(entry["reduction"]),
            method=entry.get("method", ""),
            per=entry.get("per", ""),
            wording=entry[f"wording_{language()}"],
        )
        for entry in told["target"]
    )
