"""Files that are either wholly there or not there at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError, Where

TEMPORARY = ".tmp-"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Raises
    ------
    QinglianError
        ``ledger.disk_full`` when there is no room.
    """
    with placing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write; on success fsync it, rename it to ``path`` and fsync the folder."""
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
    try:
        with room_on_disk(path):
            yield temporary
            _sync(temporary)
            temporary.replace(path)
            _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def place_by_content(folder: Path, suffix: str, write: Callable[[Path], None]) -> str:
    """Write a file whose name is the SHA-256 of its content; return the hash.

    The file and its folder are fsynced before this returns, so a row that names the hash may be committed.
    """
    folder.mkdir(exist_ok=True)
    temporary = folder / f"{TEMPORARY}{secrets.token_hex(8)}"
    try:
        with room_on_disk(folder):
            write(temporary)
            _sync(temporary)
        digest = sha256_file(temporary)
        temporary.replace(folder / f"{digest}{suffix}")
        _sync(folder)
        return digest
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def room_on_disk(path: Path) -> Iterator[None]:
    """Say ``ledger.disk_full`` when the system says there is no room."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise QinglianError("ledger.disk_full", Where(file=str(path)), reason=str(error)) from error
        raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
