"""Starting Django on a home: settings, migrations, the first invitation."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from qinglian.core.errors import QinglianError
from qinglian.hall.home import VARIABLE, Home, prepare_home

NEEDED = (
    "django",
    "allauth",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "waitress",
    "whitenoise",
)


def missing_extra() -> list[str]:
    """Return the packages of the extra ``hall`` that are not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def require_extra() -> None:
    """Raise ``hall.extra_missing`` where a package of the extra ``hall`` is not installed."""
    if missing := missing_extra():
        raise QinglianError("hall.extra_missing", packages=missing)


def start(folder: Path) -> Home:
    """Prepare the folder, set Django up on it, and bring the database up to date."""
    require_extra()
    os.umask(0o077)  # whatever this process writes is nobody else's
    home = prepare_home(folder)
    os.environ[VARIABLE] = str(home.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "qinglian.hall.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    if home.database:
        call_command("createcachetable", verbosity=0)
    elif home.database_file.exists():
        home.database_file.chmod(0o600)
    return home


def first_invitation() -> str | None:
    """Return a one-time token for the administrator; None where there is one already.

    An older one that nobody took stops working: only the newest link opens the door.
    """
    from qinglian.hall.people.models import Invitation, User

    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    Invitation.objects.filter(is_platform=True, used_at=None).delete()
    return Invitation.make(is_platform=True)


def load_pages() -> None:
    """Import every page and route: what the first request would otherwise wait for."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - reading it imports them
