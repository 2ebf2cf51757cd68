"""Cells of a workbook that hold an error, or a formula whose value was never saved.

The table reader gives such cells as empty or as a stale 0. So the workbook's own parts are looked through
once more; a byte search first tells whether there is anything to find, which is rare.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, iterparse  # expat since 2.4 bounds entities by itself
from zipfile import BadZipFile, ZipFile

from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.raw_rows import ERROR_CELL, FORMULA_WITHOUT_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO

Faults = dict[int, dict[int, str]]
"""Row number from 1, column index from 0, code."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_STEP = 1 << 20


def sheet_faults(path: Path, sheet: str) -> Mapping[int, Mapping[int, str]]:
    """Return the faulty cells of one sheet; nothing for .xls, which does not tell.

    Raises
    ------
    QinglianError
        ``ingest.workbook_unreadable``.
    """
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            if "content.xml" in names:
                return _opendocument(archive, sheet)
            if "xl/workbook.bin" in names:
                return _binary(archive, sheet)
            if "xl/workbook.xml" in names:
                return _openxml(archive, sheet)
    except BadZipFile:
        return {}
    except (ParseError, KeyError, OSError, struct.error) as error:
        raise QinglianError("ingest.workbook_unreadable", Where(file=str(path)), reason=str(error)) from None
    return {}


def _mentions(archive: ZipFile, part: str, *marks: bytes) -> bool:
    tail = b""
    with archive.open(part) as stream:
        while data := stream.read(_STEP):
            window = tail + data
            if any(mark in window for mark in marks):
                return True
            tail = window[-32:]
    return False


def _openxml(archive: ZipFile, sheet: str) -> Faults:
    part = _part_of(archive, sheet)
    if not _mentions(archive, part, b"<f>", b"<f ", b"<f/", b":f>", b":f ", b't="e"', b"t='e'"):
        return {}
    faults: Faults = {}
    with archive.open(part) as stream:
        for cell in _elements(stream, f"{_MAIN}c", f"{_STRICT}c"):
            code = _openxml_fault(cell)
            if code:
                row, column = _address(cell.get("r", ""))
                faults.setdefault(row, {})[column] = code
    return faults


def _part_of(archive: ZipFile, sheet: str) -> str:
    relation = ""
    with archive.open("xl/workbook.xml") as stream:
        for found in _elements(stream, f"{_MAIN}sheet", f"{_STRICT}sheet"):
            if found.get("name") == sheet:
                relation = next(value for key, value in found.items() if key.endswith("}id"))
    return _target(archive, "xl/_rels/workbook.xml.rels", relation)


def _target(archive: ZipFile, relations: str, relation: str) -> str:
    with archive.open(relations) as stream:
        for found in _elements(stream, f"{_PACKAGE}Relationship"):
            if found.get("Id") == relation:
                target = found.get("Target", "")
                return target[1:] if target.startswith("/") else f"xl/{target}"
    raise KeyError(relation)


def _elements(stream: IO[bytes], *tags: str) -> Iterator[Element]:
    """Yield finished elements of these names and forget the rest."""
    parents: list[Element] = []
    for event, element in iterparse(stream, ("start", "end")):  # noqa: S314
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if element.tag in tags:
            yield element
        if parents and element.tag in {*tags, f"{_MAIN}row", f"{_STRICT}row", f"{_TABLE}table-row"}:
            parents[-1].remove(element)


def _openxml_fault(cell: Element) -> str:
    if cell.get("t") == "e":
        return ERROR_CELL
    namespace = cell.tag.removesuffix("c")
    value = cell.find(f"{namespace}v")
    formula = cell.find(f"{namespace}f")
    return (
        FORMULA_WITHOUT_VALUE
        if formula is not None and (value is None or not value.text) and cell.get("t") != "str"
        else ""
    )


def _address(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]), column - 1


def _opendocument(archive: ZipFile, sheet: str) -> Faults:
    if not _mentions(archive, "content.xml", b"formula=", b'value-type="error"'):
        return {}
    faults: Faults = {}
    with archive.open("content.xml") as stream:
        current, row = "", 0
        for event, element in iterparse(stream, ("start", "end")):  # noqa: S314
            if element.tag == f"{_TABLE}table" and event == "start":
                current, row = element.get(f"{_TABLE}name", ""), 0
            elif element.tag == f"{_TABLE}table-row" and event == "end":
                row += 1
                if current == sheet and (found := _opendocument_row(element)):
                    faults[row] = found
                row += int(element.get(f"{_TABLE}number-rows-repeated", "1")) - 1
                element.clear()
    return faults


def _opendocument_row(row: Element) -> dict[int, str]:
    found: dict[int, str] = {}
    column = 0
    for cell in row:
        if cell.get(f"{_CALC}value-type") == "error":
            found[column] = ERROR_CELL
        elif cell.get(f"{_TABLE}formula") and cell.get(f"{_OFFICE}value-type") is None:
            found[column] = FORMULA_WITHOUT_VALUE
        column += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
    return found


_ROW_HEADER, _CELL_ERROR, _FORMULA_ERROR = 0, 3, 11
_BUNDLE_SHEET = 156


def _binary(archive: ZipFile, sheet: str) -> Faults:
    """Walk the records of an .xlsb sheet ([MS-XLSB] 2.1.4): row headers, error cells, formulas in error."""
    faults: Faults = {}
    row = 0
    for kind, content in _records(archive.read(_binary_part(archive, sheet))):
        if kind == _ROW_HEADER:
            row = int(struct.unpack_from("<I", content)[0]) + 1
        elif kind in {_CELL_ERROR, _FORMULA_ERROR}:
            faults.setdefault(row, {})[int(struct.unpack_from("<I", content)[0])] = ERROR_CELL
    return faults


def _binary_part(archive: ZipFile, sheet: str) -> str:
    for kind, content in _records(archive.read("xl/workbook.bin")):
        if kind == _BUNDLE_SHEET:
            relation, end = _wide_text(content, 8)
            name, _ = _wide_text(content, end)
            if name == sheet:
                return _target(archive, "xl/_rels/workbook.bin.rels", relation)
    raise KeyError(sheet)


def _wide_text(content: bytes, at: int) -> tuple[str, int]:
    length = int(struct.unpack_from("<I", content, at)[0])
    end = at + 4 + 2 * length
    return content[at + 4 : end].decode("utf-16-le"), end


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, at = _varint(data, at, 2)
        size, at = _varint(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _varint(data: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for index in range(longest):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            break
    return value, at
