"""Tokens with scopes, and what was answered to a write that may be sent again."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from qinglian.hall.people.models import Organisation, User, digest_of

MARK = "ql_"


class Token(models.Model):
    """A program's key: acts as its person, in one organisation, within its scopes, until a day."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    user = models.ForeignKey(User, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    scopes: Any = models.JSONField(default=list)
    until = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    @classmethod
    def make(
        cls, user: User, organisation: Organisation, name: str, scopes: list[str], until: date | None = None
    ) -> str:
        """Store a token and return it; it cannot be read again."""
        token = MARK + secrets.token_urlsafe(32)
        cls.objects.create(
            digest=digest_of(token),
            name=name,
            user=user,
            organisation=organisation,
            scopes=scopes,
            until=until,
        )
        return token

    @classmethod
    def open_for(cls, token: str) -> Token | None:
        """Return the token's row if it is still good."""
        found = cls.objects.select_related("user", "organisation").filter(digest=digest_of(token)).first()
        if found is None or not found.user.is_active:
            return None
        return found if found.until is None or timezone.now().date() <= found.until else None


class Answered(models.Model):
    """The answer to a write under an idempotency key: sent again, the same request gets the same answer."""

    user = models.ForeignKey(User, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation", "key"), name="one_answer_per_key"),
        )
