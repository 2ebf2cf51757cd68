"""Refused rows in a file of their own, reason and fix beside each: nothing is dropped in silence.

The file repeats the cells as they were read, so it can be repaired and imported again as it stands: the
columns added in front are known and passed over. It opens in Excel (UTF-8 with byte order mark), and text
that Excel would take for a formula is kept from it by an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence
    from types import TracebackType
    from typing import Self

    from qinglian.core.errors import Problem
    from qinglian.ingest.tables import Refused

QUARANTINE_HEADINGS = (
    "qinglian:row",
    "qinglian:column",
    "qinglian:code",
    "qinglian:reason",
    "qinglian:fix",
)
SUFFIX = ".quarantine.csv"

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")
_JOINT = " | "


def quarantine_path(path: Path | str) -> Path:
    """Return where the refused rows of a file go: beside it, ``name.csv.quarantine.csv``."""
    path = Path(path)
    return path.with_name(path.name + SUFFIX)


class Quarantine:
    """Collects refused rows; the file appears, whole, when the block ends without an error.

    Without refused rows no file is written, and one left by an earlier import is removed.
    """

    def __init__(self, path: Path | str, header: Sequence[str]) -> None:
        from collections import Counter

        self.path = Path(path)
        self.header = tuple(header)
        self.rows = 0
        self.codes: Counter[str] = Counter()
        self._temporary: Path | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, refused: Iterable[Refused]) -> None:
        """Write rows down, in the language in force."""
        for row in refused:
            if self._temporary is None:
                self._open()
            self._writer.writerow([row.row, *_reasons(row.problems), *map(harmless, row.cells)])
            self.rows += 1
            self.codes.update(problem.code for problem in row.problems)

    def _open(self) -> None:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.", suffix=".part")
        self._temporary = Path(name)
        self._stream = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow([*QUARANTINE_HEADINGS, *map(harmless, self.header)])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._temporary is None:
            if kind is None:
                self.path.unlink(missing_ok=True)
            return
        try:
            with self._stream:
                if kind is None:
                    self._stream.flush()
                    os.fsync(self._stream.fileno())
            if kind is None:
                self._temporary.replace(self.path)
        finally:
            with suppress(FileNotFoundError):
                self._temporary.unlink()


def _reasons(problems: Sequence[Problem]) -> list[str]:
    columns = [problem.where.column or "" if problem.where else "" for problem in problems]
    parts = (
        columns,
        [problem.code for problem in problems],
        [problem.message() for problem in problems],
        [problem.fix() for problem in problems],
    )
    return [harmless(_JOINT.join(part)) for part in parts]


def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula; numbers stay numbers."""
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
