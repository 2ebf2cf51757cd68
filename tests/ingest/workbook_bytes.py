"""Workbooks in the formats openpyxl does not write: OpenDocument, .xlsb and .xls, smallest form."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

Cell = float | str | None
ERROR = "#DIV/0!"

_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
)


def write_ods(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml", _ODS.format(tables=f'<table:table table:name="S">{body}</table:table>')
        )
    return path


def _ods_cell(cell: Cell) -> str:
    if cell == ERROR:
        return (
            '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0"'
            f' calcext:value-type="error"><text:p>{cell}</text:p></table:table-cell>'
        )
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
    if cell is None:
        return '<table:table-cell table:formula="of:=A1"/>'
    return f'<table:table-cell office:value-type="float" office:value="{cell!r}"><text:p>?</text:p></table:table-cell>'


def _xlsb_record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + size + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_xlsb(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    width = max(map(len, rows))
    sheet = _xlsb_record(129) + _xlsb_record(148, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1))
    sheet += _xlsb_record(145)
    for number, row in enumerate(rows):
        sheet += _xlsb_record(0, struct.pack("<I", number) + b"\0" * 21)
        for column, cell in enumerate(row):
            place = struct.pack("<II", column, 0)
            if cell == ERROR:
                sheet += _xlsb_record(3, place + b"\x07")
            elif isinstance(cell, str):
                sheet += _xlsb_record(6, place + _wide(cell))
            elif cell is not None:
                sheet += _xlsb_record(5, place + struct.pack("<d", cell))
    sheet += _xlsb_record(146) + _xlsb_record(130)
    book = _xlsb_record(131) + _xlsb_record(143)
    book += _xlsb_record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("S"))
    book += _xlsb_record(144) + _xlsb_record(132)
    with ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
            ' Target="worksheets/sheet1.bin"/></Relationships>',
        )
    return path


def _biff(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _biff_text(text: str, size: str) -> bytes:
    return struct.pack(size, len(text)) + b"\x01" + text.encode("utf-16-le")


def write_xls(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    """Write BIFF8 in a compound file of one stream ([MS-XLS], [MS-CFB])."""
    sheet = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(cell, str):
                sheet += _biff(0x204, place + _biff_text(cell, "<H"))
            elif cell is not None:
                sheet += _biff(0x203, place + struct.pack("<d", cell))
    sheet += _biff(0xA)
    head = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _biff(0x42, struct.pack("<H", 1200))
    name = b"\0\0" + _biff_text("S", "<B")
    start = len(head) + 4 + 4 + len(name) + 4
    book = head + _biff(0x85, struct.pack("<I", start) + name) + _biff(0xA) + sheet
    path.write_bytes(_compound(book.ljust(4096, b"\0")))
    return path


def _compound(stream: bytes) -> bytes:
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    count = -(-len(stream) // sector)
    chain = [0xFFFFFFFD, end, *range(3, count + 2), end]  # the table itself, the directory, the stream
    table = b"".join(struct.pack("<I", link) for link in chain).ljust(sector, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 6 + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    entries = _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(stream))
    return header + table + entries.ljust(sector, b"\0") + stream.ljust(count * sector, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    entry = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide), kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36
    return entry + struct.pack("<IQ", start, size)
