"""A database URL as Django's settings: SQLite by default, PostgreSQL by one address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from qinglian.core.errors import QinglianError

BUSY_SECONDS = 60
SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


def django_database(url: str, file: Path) -> dict[str, Any]:
    """Return an entry of ``DATABASES``.

    Raises
    ------
    QinglianError
        ``hall.database_url`` where the address is of another kind or names no database.
    """
    return _postgresql(url) if url else _sqlite(file)


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        # IMMEDIATE: two writers queue; with the default, one of them fails when it upgrades its lock.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    if parts.scheme not in SCHEMES or not name:
        raise QinglianError("hall.database_url", scheme=parts.scheme or "-")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.pop("host", "")),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def book_url(url: str) -> str | None:
    """Return the same database as SQLAlchemy names it, for the books; None for SQLite."""
    if not url:
        return None
    parts = urlsplit(url)
    return parts._replace(scheme="postgresql+psycopg").geturl()
