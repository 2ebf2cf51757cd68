"""A job: what was asked, how far it is, what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from qinglian.hall.people.models import Organisation, User

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "queued", "running", "succeeded", "failed", "cancelled"
STATES = [(state, state) for state in (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED)]
OVER = {SUCCEEDED, FAILED, CANCELLED}
LOST_AFTER = timedelta(seconds=20)
"""A running job whose heart has not beaten for so long has lost its worker."""
MOST_ATTEMPTS = 3


class Job(models.Model):
    """One piece of long work for one organisation."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=300, blank=True, default="")
    parameters: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default=QUEUED, db_index=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.IntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    progress = models.CharField(max_length=300, blank=True, default="")
    done = models.IntegerField(default=0)
    total = models.IntegerField(null=True, blank=True)
    result: Any = models.JSONField(null=True, blank=True)
    problems: Any = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=2, default="en")

    class Meta:
        ordering = ("-id",)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state in OVER

    @property
    def is_lost(self) -> bool:
        """Whether it runs on paper only."""
        return self.state == RUNNING and (self.beat_at is None or timezone.now() - self.beat_at > LOST_AFTER)

    @property
    def share(self) -> int | None:
        """Percent done, where the total is known."""
        return min(100, self.done * 100 // self.total) if self.total else None
