"""The reader's language: a person's own, else the cookie, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from qinglian.core.text import LANGUAGES, Language, use_language

COOKIE = "qinglian_language"
DJANGO: dict[Language, str] = {"zh": "zh-hans", "en": "en"}


class ReadersLanguage:
    """Middleware: puts the language in force for the house's catalogue and for Django's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        name = chosen(request)
        use_language(name)
        translation.activate(DJANGO[name])
        request.language = name  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-Hans" if name == "zh" else "en")
        response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "Accept-Language"]))
        return response


def chosen(request: HttpRequest) -> Language:
    """Return the language of a request; ``?lang=`` wins, for a page somebody links to."""
    user = getattr(request, "user", None)
    own = getattr(user, "language", "") if user is not None and user.is_authenticated else ""
    for name in (request.GET.get("lang"), own, request.COOKIES.get(COOKIE)):
        for known in LANGUAGES:
            if name == known:
                return known
    accepted = request.headers.get("Accept-Language", "").lower()
    return "zh" if accepted.startswith("zh") else "en"
