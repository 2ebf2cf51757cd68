"""Verbs of the hall: serve, worker, and what an operator does beside them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.hall.home import Home
    from qinglian.present.console import Console

FOLDER = click.Path(file_okay=False, path_type=Path)
LOOPBACK = "127.0.0.1"
PORT = 8080

home_option = click.option("--home", "folder", type=FOLDER, envvar="QINGLIAN_HOME", help="hall.option_home")


@click.command("serve", help="hall.help_serve")
@home_option
@click.option("--host", default=LOOPBACK, show_default=True, help="hall.option_host")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="hall.option_port"
)
@click.option("--no-worker", is_flag=True, help="hall.option_no_worker")
@click.pass_obj
def serve(console: Console, folder: Path | None, host: str, port: int, no_worker: bool) -> None:
    """Serve the hall."""
    from qinglian.hall.home import chosen_folder
    from qinglian.hall.starting import start

    serve_home(console, start(chosen_folder(folder)), host=host, port=port, with_worker=not no_worker)


def serve_home(
    console: Console,
    home: Home,
    *,
    host: str,
    port: int,
    with_worker: bool = True,
    before: Callable[[Console, str], None] | None = None,
) -> None:
    """Bind, say where, print the one-time link of the administrator if there is none yet, and serve.

    Parameters
    ----------
    before
        Called with the address before serving begins.
    """
    from qinglian.hall.serving import end_on_term, listen, serve_forever
    from qinglian.hall.starting import first_invitation, load_pages

    end_on_term()
    sock = listen(host, port)
    bound = sock.getsockname()[1]
    address = home.address or f"http://{f'[{host}]' if ':' in host else host}:{bound}"
    token = first_invitation()
    load_pages()  # before anybody is told: the first page then comes at once
    data = {"address": address, "home": str(home.folder), "administrator": None}
    said = [text("hall.serving", address=address, home=home.folder)]
    if token is not None:
        data["administrator"] = f"{address}/join/{token}/"
        said.append(text("hall.first_link", link=data["administrator"]))
    console.emit(data, *said, text("hall.stop_said"))
    if before is not None:
        before(console, address)
    sys.stdout.flush()
    serve_forever(home, sock, with_worker=with_worker)


@click.command("worker", help="hall.help_worker")
@home_option
@click.option("--until-empty", is_flag=True, help="hall.option_until_empty")
@click.pass_obj
def worker(console: Console, folder: Path | None, until_empty: bool) -> None:
    """Work on jobs."""
    from qinglian.hall.home import chosen_folder
    from qinglian.hall.starting import start

    start(chosen_folder(folder))
    from qinglian.hall.jobs.worker import work

    work(until_empty=until_empty)


@click.group("hall", help="hall.help_hall")
def hall() -> None:
    """What an operator of the hall does."""


@hall.command("invite", help="hall.help_invite")
@home_option
@click.option("--organisation", "slug", help="hall.option_organisation")
@click.option(
    "--role",
    type=click.Choice(
        ["administrator", "data_owner", "engineer", "reviewer", "planner", "assurer", "reader"]
    ),
    default="administrator",
    show_default=True,
    help="hall.option_role",
)
@click.pass_obj
def invite(console: Console, folder: Path | None, slug: str | None, role: str) -> None:
    """Make a link that works once; without an organisation it is for an administrator of the installation."""
    from qinglian.core.errors import QinglianError
    from qinglian.hall.home import chosen_folder
    from qinglian.hall.starting import start

    home = start(chosen_folder(folder))
    from qinglian.hall.people.models import Invitation, Organisation

    organisation = Organisation.objects.filter(slug=slug).first() if slug else None
    if slug and organisation is None:
        known = list(Organisation.objects.values_list("slug", flat=True))
        raise QinglianError("hall.organisation_missing", slug=slug, known=known)
    token = Invitation.make(organisation=organisation, role=role, is_platform=organisation is None)
    link = f"{home.address or f'http://{LOOPBACK}:{PORT}'}/join/{token}/"
    console.emit({"link": link}, text("hall.link_said", link=link))


@hall.command("add", help="hall.help_add")
@home_option
@click.argument("slug")
@click.option("--existing", type=FOLDER, help="hall.option_existing")
@click.option("--name", help="hall.option_name")
@click.pass_obj
def add(console: Console, folder: Path | None, slug: str, existing: Path | None, name: str | None) -> None:
    """Add an organisation: with a new book, or with one that exists."""
    from qinglian.hall.home import chosen_folder
    from qinglian.hall.starting import start

    start(chosen_folder(folder))
    from qinglian.hall.books import add_organisation, adopt_book

    made = adopt_book(slug, existing) if existing else add_organisation(slug, name or slug)
    console.emit({"slug": made.slug, "name": made.name}, text("hall.added", slug=made.slug, name=made.name))


@hall.command("backup", help="hall.help_backup")
@home_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(console: Console, folder: Path | None, file: Path) -> None:
    """Write everything into one file, while the server may run."""
    from qinglian.hall.backup import back_up
    from qinglian.hall.home import chosen_folder, open_home

    with console.progress(text("hall.backing_up")):
        names = back_up(open_home(chosen_folder(folder)), file)
    console.emit(
        {"file": str(file), "files": len(names)}, text("hall.backed_up", count=len(names), file=file)
    )


@hall.command("restore", help="hall.help_restore")
@home_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(console: Console, folder: Path | None, file: Path) -> None:
    """Unpack a backup into an empty folder."""
    from qinglian.hall.backup import restore as unpack
    from qinglian.hall.home import chosen_folder

    target = chosen_folder(folder)
    count = unpack(file, target)
    console.emit({"home": str(target), "files": count}, text("hall.restored", count=count, home=target))
