"""Files people send: under a harmless name, in a folder of their own, until a job has read them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from pathlib import Path
from typing import Any

from django.conf import settings

from qinglian.core.errors import QinglianError, Where
from qinglian.hall.people.models import Organisation

TABLES = (".csv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
LONGEST = 120
_UNSAFE = re.compile(r"[^\w.\-()（）\[\] ]+", re.UNICODE)
_DEVICES = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}


def harmless_name(name: str) -> str:
    """Return a file name without a path, control signs or a leading dot; Chinese stays."""
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    bare = _UNSAFE.sub("_", "".join(sign for sign in bare if sign.isprintable())).strip(" .")
    stem, dot, suffix = bare.rpartition(".")
    if not bare or (stem or suffix).lower() in _DEVICES:
        return f"file{dot}{suffix}" if bare else "file"
    return f"{stem[: LONGEST - len(suffix)]}{dot}{suffix}" if dot else bare[:LONGEST]


def receive(organisation: Organisation, upload: Any, kinds: tuple[str, ...] = ()) -> Path:
    """Store an upload and return its path.

    Raises
    ------
    QinglianError
        ``hall.file_kind`` for a file of another kind, ``hall.file_empty``.
    """
    name = harmless_name(upload.name or "")
    if kinds and Path(name).suffix.lower() not in kinds:
        raise QinglianError("hall.file_kind", Where(file=name), known=list(kinds))
    if not upload.size:
        raise QinglianError("hall.file_empty", Where(file=name))
    path = new_folder(organisation) / name
    with path.open("xb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
    return path


def new_folder(organisation: Organisation) -> Path:
    """Make a folder nobody else uses."""
    folder = Path(settings.HOME.uploads) / organisation.slug / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    return folder
