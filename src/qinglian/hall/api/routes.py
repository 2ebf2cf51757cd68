"""The API: OpenAPI 3.1, problem details, exact numbers as text."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer
from ninja.throttling import AnonRateThrottle, AuthRateThrottle

from qinglian.hall.api import (  # noqa: F401 - they add their routes
    deciding,
    disclosing,
    people,
    problems,
    reading,
    working,
    writing,
)
from qinglian.hall.api.exact import exact_json
from qinglian.hall.api.strictness import routes


class Canonical(BaseRenderer):
    """Canonical JSON: fractions and decimals as exact text, days as ISO 8601, the same bytes every time."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Write the answer."""
        return exact_json(data)


class PerDesk(AuthRateThrottle):
    """Counts by person and organisation."""

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Return the counter's name."""
        desk = getattr(request, "auth", None)
        user = getattr(desk, "user", None)
        return None if user is None else self.cache_format % {"scope": self.scope, "ident": user.pk}


api = NinjaAPI(
    title="qinglian",
    version="1",
    description="Green supply chain: measure, decide, verify, disclose.",
    renderer=Canonical(),
    docs_url=None,
    urls_namespace="api",
    throttle=[AnonRateThrottle("60/m"), PerDesk("1200/m")],
)
problems.install(api)
api.add_router("/o/{organisation}", routes)
