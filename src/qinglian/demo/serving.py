"""Serves the demonstration: the company's book in a hall, with a link for each pair of eyes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.text import text

if TYPE_CHECKING:
    from qinglian.hall.home import Home
    from qinglian.present.console import Console

SLUG = "demo"
LOOPBACK = "127.0.0.1"


def serve_demo(console: Console, folder: Path, port: int) -> None:
    """Serve the demonstration until Ctrl-C; without the extra ``hall`` say what to install."""
    from qinglian.hall.starting import missing_extra

    missing = missing_extra()
    if missing:
        console.note(text("demo.hall_missing", packages=missing))
        return
    from qinglian.hall.commands import serve_home

    home = prepare_demo(folder)
    serve_home(console, home, host=LOOPBACK, port=port, before=_reviewer)


def prepare_demo(folder: Path) -> Home:
    """Make the hall of a demonstration and show its book there; doing it again changes nothing."""
    from qinglian.hall.starting import start

    home = start(folder / "hall")
    from qinglian.hall.books import adopt_book

    adopt_book(SLUG, folder / "book")
    return home


def _reviewer(console: Console, address: str) -> None:
    """Print a link for a second person: whoever drafts does not approve."""
    from qinglian.hall.people.models import Invitation, Organisation

    token = Invitation.make(organisation=Organisation.objects.get(slug=SLUG), role="reviewer")
    console.emit(None, text("demo.reviewer_link", link=f"{address}/join/{token}/"))
