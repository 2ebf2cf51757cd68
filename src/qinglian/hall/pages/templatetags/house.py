"""Template tags: sentences of the catalogue, figures, exact numbers, moments."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.safestring import SafeString, mark_safe

from qinglian.core.decimals import plain
from qinglian.core.text import text
from qinglian.hall.pages.drawing import drawn
from qinglian.present.figures import Figure
from qinglian.present.numbers import share, shown

register = template.Library()


@register.simple_tag
def t(key: str, **params: Any) -> str:
    """Return a sentence of the catalogue; a key without a room is one of the hall's."""
    return text(key if "." in key else f"hall.{key}", **params)


@register.simple_tag
def named(prefix: str, name: object, **params: Any) -> str:
    """Return the sentence of a name that is only known at run time: ``{% named "state" job.state %}``."""
    return text(f"{prefix if '.' in prefix else 'hall.' + prefix}_{name}", **params)


@register.simple_tag
def figure(shown_figure: Figure | str) -> SafeString:
    """Draw a figure; the drawing has escaped every text already."""
    return mark_safe(drawn(shown_figure))  # noqa: S308 - escaped in `drawing`


@register.filter
def number(value: Any, digits: int = 6) -> str:
    """Write a number rounded for reading."""
    return shown(value, digits)


@register.filter
def exactly(value: Any) -> str:
    """Write a number in full."""
    return "" if value is None else plain(Fraction(value))


@register.filter
def percent(value: Any) -> str:
    """Write a share in percent."""
    return share(value)


@register.filter
def moment(value: datetime | None, zone: str = "UTC") -> str:
    """Write a moment in a zone, to the minute."""
    return "" if value is None else f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@register.filter
def day(value: date | None) -> str:
    """Write a day as ISO 8601 does."""
    return "" if value is None else value.isoformat()


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return an entry of a mapping, None if there is none."""
    return mapping.get(key)
