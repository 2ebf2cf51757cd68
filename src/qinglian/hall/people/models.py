"""Users, organisations, memberships, invitations, and what was done and read."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from qinglian.hall.people.roles import Role

LANGUAGES = [("en", "English"), ("zh", "中文")]
ROLES = [(role.value, role.value) for role in Role]
LINK_DAYS = 7


class User(AbstractUser):
    """A person. The login is the name the ledger's subject keys stand for, so it never changes."""

    language = models.CharField(max_length=2, choices=LANGUAGES, blank=True, default="")


class Organisation(models.Model):
    """A reporting group with one book of its own; nothing joins two of them."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    folder = models.CharField(
        max_length=500, help_text="Folder of the book, relative to the hall's or absolute."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    members: models.ManyToManyField[User, Any] = models.ManyToManyField(User, through="Membership")

    class Meta:
        ordering = ("name", "slug")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Membership(models.Model):
    """A person's role in an organisation, for some sites or all, until a day or without end."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES)
    sites = models.JSONField(default=list, blank=True, help_text="Facility codes; empty for all.")
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation"), name="one_role_per_organisation"),
        )
        ordering = ("organisation__name", "user__username")

    @property
    def is_current(self) -> bool:
        """Whether it has not ended."""
        return self.until is None or timezone.now().date() <= self.until


def digest_of(token: str) -> str:
    """Return what is stored of a token: a stolen database opens no door."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(models.Model):
    """A link that works once: whoever opens it makes an account and takes the role."""

    digest = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=20, choices=ROLES, default=Role.ADMINISTRATOR.value)
    sites = models.JSONField(default=list, blank=True)
    is_platform = models.BooleanField(default=False)
    login = models.CharField(max_length=150, blank=True, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)

    @classmethod
    def make(cls, **fields: Any) -> str:
        """Store an invitation and return its token, which nobody can read again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(
            digest=digest_of(token), expires_at=timezone.now() + timedelta(days=LINK_DAYS), **fields
        )
        return token

    @classmethod
    def open_for(cls, token: str) -> Invitation | None:
        """Return the invitation of a token, if it can still be used."""
        found = cls.objects.filter(digest=digest_of(token), used_at=None).first()
        return found if found is not None and found.expires_at > timezone.now() else None


class Event(models.Model):
    """Who signed in, who read a restricted record, who did what: never changed, never joined to a book."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=300, blank=True, default="")
    address = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("-id",)


class Publication(models.Model):
    """A published report: its folder never changes, its address never moves."""

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    version = models.IntegerField()
    period = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    folder = models.CharField(max_length=500)
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "version", "sha256"), name="one_per_statement"),
        )


class Narrative(models.Model):
    """The text of a report that is being written; every number in it must name its data point."""

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    version = models.IntegerField()
    zh = models.TextField(blank=True, default="")
    en = models.TextField(blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "version"), name="one_narrative_per_version"),
        )
