"""The Django application of jobs."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "qinglian.hall.jobs"
    label = "jobs"
