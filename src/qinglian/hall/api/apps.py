"""The Django application of the API."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens and idempotency keys."""

    name = "qinglian.hall.api"
    label = "hall_api"
