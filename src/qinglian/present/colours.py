"""Colours for groups of a figure: one hue per kin, shades within it."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinglian.present.figures import Group

SHADES = (0.44, 0.58, 0.70, 0.51, 0.64)
STEP = 0.381966  # the golden angle: neighbours in the list are far apart on the wheel
INK_FROM = 0.52
"""Lightness from which dark letters are read better than white ones."""


def colours(groups: Sequence[Group]) -> list[tuple[str, str]]:
    """Return fill and letter colour of each group; groups without kin have a hue of their own."""
    kin: dict[str, int] = {}
    members: dict[str, int] = {}
    found = []
    for group in groups:
        name = group.kin or f" {group.name}"
        place = kin.setdefault(name, len(kin))
        member = members[name] = members.get(name, -1) + 1
        lightness = SHADES[(member if group.kin else place // 8) % len(SHADES)]
        found.append(
            (_hex((0.58 + place * STEP) % 1, lightness), "#111" if lightness >= INK_FROM else "#fff")
        )
    return found


def _hex(hue: float, lightness: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.55)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
