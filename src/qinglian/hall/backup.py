"""Backup and restore of a hall on SQLite: one file that holds databases, books, reports and the key.

The databases are copied by SQLite's own online backup, so a server may run meanwhile. Files of a book never
change once written, and its database names every file it needs: it is copied first, its files after it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from qinglian.core.errors import QinglianError, Where
from qinglian.hall.home import DATABASE, KEY, Home

MARK = "qinglian-hall-backup"
LEFT_OUT = {"uploads", "cache"}
DATABASES = (".db",)
BESIDE = ("-wal", "-shm", "-journal")


def back_up(home: Home, target: Path) -> list[str]:
    """Write a backup; return the names of what is in it.

    Raises
    ------
    QinglianError
        ``hall.backup_taken``, ``hall.backup_postgresql``.
    """
    if home.database:
        raise QinglianError("hall.backup_postgresql")
    if target.exists():
        raise QinglianError("hall.backup_taken", Where(file=str(target)))
    partial = target.with_name(f".{target.name}.part")
    names = []
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            archive.writestr(MARK, "1\n")
            for path in _ordered(home.folder):
                name = path.relative_to(home.folder).as_posix()
                _add(archive, path, name)
                names.append(name)
        partial.chmod(0o600)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return names


def _ordered(folder: Path) -> Iterator[Path]:
    """Give the databases first, then everything else that matters."""
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and not LEFT_OUT & set(path.relative_to(folder).parts[:-1])
        and not path.name.endswith(BESIDE)
        and not path.name.startswith(".")
    ]
    yield from (path for path in found if path.suffix in DATABASES)
    yield from (path for path in found if path.suffix not in DATABASES)


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    if path.suffix not in DATABASES:
        archive.write(path, name)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        archive.write(copy, name)


def restore(source: Path, folder: Path) -> int:
    """Unpack a backup into an empty or absent folder, whole or not at all; return how many files.

    Raises
    ------
    QinglianError
        ``hall.home_taken``, ``hall.backup_unreadable``.
    """
    if folder.exists() and any(folder.iterdir()):
        raise QinglianError("hall.home_taken", Where(file=str(folder)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            zipfile.ZipFile(source) as archive,
            tempfile.TemporaryDirectory(dir=folder.parent, prefix=".restore-") as partial,
        ):
            names = archive.namelist()
            if MARK not in names or KEY not in names or DATABASE not in names:
                raise QinglianError("hall.backup_unreadable", Where(file=str(source)), reason=MARK)
            archive.extractall(partial)  # checks every CRC
            (Path(partial) / MARK).unlink()
            _private(Path(partial))
            if folder.exists():
                folder.rmdir()
            made = Path(partial) / ".made"
            made.mkdir()
            for path in list(Path(partial).iterdir()):
                if path != made:
                    path.rename(made / path.name)
            made.rename(folder)
            return len(names) - 1
    except (zipfile.BadZipFile, OSError) as error:
        raise QinglianError("hall.backup_unreadable", Where(file=str(source)), reason=str(error)) from error


def _private(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    for name in ("books", "uploads", "reports"):
        (folder / name).mkdir(exist_ok=True, mode=0o700)
    os.sync()
