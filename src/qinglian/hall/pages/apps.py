"""The Django application of the pages: their template tags."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Pages."""

    name = "qinglian.hall.pages"
    label = "pages"
