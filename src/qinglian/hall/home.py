"""The hall's private folder: database, key, books, uploads and published reports.

::

    qinglian-data/     0700
      secret.key       0600: signs sessions and links
      hall.toml        optional: database, public address, identity providers
      hall.db          people and jobs (absent with PostgreSQL)
      books/           one folder per organisation
      uploads/         files people sent, until a job has read them
      reports/         published reports, never changed
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qinglian.core.errors import QinglianError, Where

VARIABLE = "QINGLIAN_HOME"
DATABASE_VARIABLE = "QINGLIAN_DATABASE_URL"
DEFAULT = Path("qinglian-data")
KEY, SETTINGS, DATABASE = "secret.key", "hall.toml", "hall.db"
FOLDERS = ("books", "uploads", "reports")
KEY_BYTES = 48
KNOWN = {"database", "address", "hosts", "proxies", "openid"}


@dataclass(frozen=True, slots=True)
class Home:
    """A prepared folder and what its settings say.

    Parameters
    ----------
    database
        URL of the hall's database, ``postgresql://…``; empty for the SQLite file in the folder.
    address
        Public address, ``https://carbon.example.org``; empty while only this machine is served.
    hosts
        Host names besides those of the address that a request may name.
    proxies
        How many reverse proxies stand before the server, whose ``X-Forwarded-`` headers are believed.
    openid
        Identity providers (OpenID Connect) as django-allauth takes them.
    """

    folder: Path
    key: str = field(repr=False)
    database: str = ""
    address: str = ""
    hosts: tuple[str, ...] = ()
    proxies: int = 0
    openid: tuple[dict[str, Any], ...] = ()

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.folder / DATABASE

    @property
    def books(self) -> Path:
        """Folders of the books."""
        return self.folder / "books"

    @property
    def uploads(self) -> Path:
        """Files people sent."""
        return self.folder / "uploads"

    @property
    def reports(self) -> Path:
        """Published reports."""
        return self.folder / "reports"

    @property
    def is_secure(self) -> bool:
        """Whether people reach it over TLS."""
        return self.address.startswith("https://")


def prepare_home(folder: Path) -> Home:
    """Open the folder, made with its key first where it is not there; nobody else may read it.

    Raises
    ------
    QinglianError
        ``hall.home_taken`` where the folder holds something else, ``hall.home_unwritable``, and what
        :func:`open_home` raises.
    """
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / KEY).exists():
            raise QinglianError("hall.home_taken", Where(file=str(folder)))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        _make_key(folder / KEY)
    except OSError as error:
        raise QinglianError("hall.home_unwritable", Where(file=str(folder)), reason=error.strerror) from error
    return open_home(folder)


def _make_key(path: Path) -> None:
    """Write the key once: two servers started at once must not each have their own."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def open_home(folder: Path) -> Home:
    """Open a folder that :func:`prepare_home` made.

    Raises
    ------
    QinglianError
        ``hall.home_missing``; ``hall.settings_unreadable``; ``hall.setting_unknown``.
    """
    try:
        key = (folder / KEY).read_text(encoding="ascii").strip()
    except OSError as error:
        raise QinglianError("hall.home_missing", Where(file=str(folder))) from error
    given = _settings(folder / SETTINGS)
    return Home(
        folder.resolve(),
        key,
        database=os.environ.get(DATABASE_VARIABLE) or given.get("database", ""),
        address=str(given.get("address", "")).rstrip("/"),
        hosts=tuple(given.get("hosts", ())),
        proxies=int(given.get("proxies", 0)),
        openid=tuple(given.get("openid", ())),
    )


def _settings(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QinglianError("hall.settings_unreadable", Where(file=str(path)), reason=str(error)) from error
    if unknown := sorted(set(given) - KNOWN):
        raise QinglianError(
            "hall.setting_unknown", Where(file=str(path)), name=unknown[0], known=sorted(KNOWN)
        )
    return given


def chosen_folder(given: Path | None = None) -> Path:
    """Return the folder a person named, the environment names, or the default."""
    return given or Path(os.environ.get(VARIABLE) or DEFAULT)
