"""What every template knows: where the reader is, which pages the role opens, both languages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from qinglian.core.text import LANGUAGES, language
from qinglian.hall.pages.navigation import pages_for
from qinglian.hall.vendor import echarts_path


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Return the context."""
    desk = getattr(request, "desk", None)
    return {
        "desk": desk,
        "pages": pages_for(desk) if desk is not None else [],
        "language": language(),
        "languages": LANGUAGES,
        "echarts": echarts_path(),
    }
