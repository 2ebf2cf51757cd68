"""Results as files that are there whole or not at all, and an error that says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger.files import write_atomically as _write

if TYPE_CHECKING:
    from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file; readers see the old content or the new, and a failure leaves the old.

    Raises
    ------
    QinglianError
        ``ingest.file_unwritable``, if the folder is missing or read-only, or the file is held; a full disk as
        the ledger names it.
    """
    try:
        _write(path, content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise QinglianError("ingest.file_unwritable", Where(file=str(path)), reason=reason) from None
