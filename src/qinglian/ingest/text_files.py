"""CSV and other delimited text: encoding found out or declared, wrong bytes named by offset and row.

A file is read twice: once to settle its encoding from the first byte to the last (a head that is plain ASCII
says nothing about a Chinese note in row 900 000), once for its cells. Neither pass keeps more than a chunk.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.raw_rows import RawRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

DELIMITERS = ",;\t|"
CHUNK_BYTES = 1 << 20
LONGEST_CELL = 1 << 20

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_GUESSED = ("utf-8", "gb18030")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a pass over all bytes found: the encoding, and whether some cell needs a closer look."""

    encoding: str
    doubtful: bool


class _WrongBytesError(Exception):
    def __init__(self, encoding: str, offset: int, row: int, sample: str) -> None:
        super().__init__(encoding)
        self.encoding, self.offset, self.row, self.sample = encoding, offset, row, sample


def survey(path: Path, encoding: str | None = None) -> Survey:
    """Read every byte once and settle the encoding.

    Raises
    ------
    QinglianError
        ``ingest.encoding_wrong`` with byte offset and row, ``ingest.encoding_unclear`` or
        ``ingest.encoding_unknown``.
    """
    if encoding is not None:
        return _survey_as(path, (_known(path, encoding),))
    with path.open("rb") as stream:
        head = stream.read(CHUNK_BYTES)
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return _survey_as(path, (marked,))
    wide = _unmarked_utf16(head)
    return _survey_as(path, (wide,) if wide else _GUESSED)


def _known(path: Path, encoding: str) -> str:
    """Return the codec's own name; ``utf-8`` also takes a byte order mark."""
    try:
        name = codecs.lookup(encoding).name
        known = isinstance(codecs.getincrementaldecoder(name)().decode(b"", final=True), str)
    except (LookupError, TypeError, AttributeError, UnicodeError):
        known = False
    if not known:  # base64 and the like are codecs too, but not of text
        raise QinglianError("ingest.encoding_unknown", Where(file=str(path)), encoding=encoding)
    return "utf-8-sig" if name == "utf-8" else name


def _unmarked_utf16(head: bytes) -> str:
    """Tell UTF-16 without a mark by the zero bytes of its digits and commas."""
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    half = max(1, min(len(head), 4096) // 2)
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) * 5 < half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _survey_as(path: Path, encodings: tuple[str, ...]) -> Survey:
    wrong = None
    for encoding in encodings:
        try:
            return _decoded(path, encoding, sole=len(encodings) == 1)
        except _WrongBytesError as error:
            wrong = wrong or error
    if wrong is None:  # pragma: no cover - there is always an encoding to try
        raise ValueError("no encoding to try")
    raise QinglianError(
        "ingest.encoding_wrong",
        Where(file=str(path), row=wrong.row),
        encoding=wrong.encoding,
        offset=wrong.offset,
        bytes=wrong.sample,
    )


def _decoded(path: Path, encoding: str, *, sole: bool) -> Survey:
    decoder = codecs.getincrementaldecoder(encoding)()
    fed, row, doubtful, foreign = 0, 1, False, ""
    with path.open("rb") as stream:
        while True:
            data = stream.read(CHUNK_BYTES)
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                raise _wrong(error, fed - (len(error.object) - len(data)), row, encoding) from None
            doubtful = doubtful or any(mark in text for mark in "=#\0")
            if encoding == "gb18030" and len(foreign) < 20_000 and not text.isascii():
                foreign += "".join(char for char in text if ord(char) > 127)[:20_000]
            if not data:
                break
            fed += len(data)
            row += text.count("\n")
    if foreign and not sole and not _looks_chinese(foreign):
        raise QinglianError("ingest.encoding_unclear", Where(file=str(path)), sample=foreign[:12])
    return Survey("utf-8-sig" if encoding == "utf-8" else encoding, doubtful)


def _wrong(error: UnicodeDecodeError, base: int, row: int, encoding: str) -> _WrongBytesError:
    before = error.object[: error.start].decode(encoding, errors="replace")
    sample = error.object[error.start : error.start + 4].hex(" ")
    return _WrongBytesError(encoding, base + error.start, row + before.count("\n"), sample)


def _looks_chinese(foreign: str) -> bool:
    """Whether most characters are everyday ones; accents of Latin-1 read as GB18030 are rare ideographs."""
    everyday = sum(1 for char in foreign if char.encode("gb2312", errors="ignore"))
    return everyday * 5 >= len(foreign) * 4


def text_rows(path: Path, encoding: str | None, delimiter: str | None, chunk_rows: int) -> Iterator[RawRows]:
    """Yield the rows of a delimited text file, the header among them.

    Raises
    ------
    QinglianError
        As `survey`; ``ingest.delimiter_invalid``; ``ingest.quotes_unreadable``.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise QinglianError("ingest.delimiter_invalid", Where(file=str(path)), delimiter=delimiter)
    found = survey(path, encoding)
    with path.open(encoding=found.encoding, newline="") as stream:
        mark = delimiter or _delimiter(stream)
        _past_mark(stream)
        yield from _records(path, stream, mark, chunk_rows, doubtful=found.doubtful)


def _past_mark(stream: TextIO) -> None:
    """Go to the first character behind a byte order mark, which the codec of GB18030 leaves in the text."""
    stream.seek(0)
    if stream.read(1) != "\ufeff":
        stream.seek(0)


def _delimiter(stream: TextIO) -> str:
    """Return the delimiter most used outside quotes in the fullest of the first lines."""
    best, most = ",", 0
    for line in islice(stream, 20):
        bare = "".join(line.split('"')[::2])
        for mark in DELIMITERS:
            if bare.count(mark) > most:
                best, most = mark, bare.count(mark)
    return best


def _records(path: Path, stream: TextIO, mark: str, chunk_rows: int, *, doubtful: bool) -> Iterator[RawRows]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(stream, delimiter=mark, strict=True)
    first = 1
    while True:
        rows: list[list[str]] = []
        try:
            rows.extend(islice(reader, chunk_rows))
        except csv.Error as error:  # the rows before it stay in the list, so the broken one is the next
            where = Where(file=str(path), row=first + len(rows))
            raise QinglianError("ingest.quotes_unreadable", where, reason=str(error)) from None
        if not rows:
            return
        yield RawRows(first, rows, doubtful=doubtful)
        first += len(rows)
