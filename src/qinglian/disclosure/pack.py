"""The disclosure pack: behind every figure its whole population of lines and records, with control totals.

A zip of the ledger's own evidence pack, the statement, the rules, per data point every line that counts in
it, and every posted record of the period with the hash of its evidence, which lies in the ledger's pack (a
file's name may name a person, so names stay in the book). Two scripts that need only the standard library
verify it and draw samples from it: the assurer picks and not the company. The same book gives the same bytes.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import select

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.disclosure.statement import build_statement, evaluate, frozen_points
from qinglian.disclosure.values import KG_PER_TONNE, Value
from qinglian.disclosure.verifier import sample
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.calculation import Inputs
from qinglian.ledger.engines import open_engine
from qinglian.ledger.evidence_pack import write_evidence_pack
from qinglian.ledger.facts import day_number
from qinglian.ledger.files import placing
from qinglian.ledger.inventory import Line, export_key
from qinglian.ledger.manifest import present_paths
from qinglian.ledger.needs import streams, units_of_record
from qinglian.ledger.replay import stored_inputs

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
WORDS = ("facility", "activity", "technology", "counterparty", "product", "dimension")
COLUMNS = (
    "fact_id, batch_id, stream_id, unit_id, quantity, start_utc, end_utc, quantity_basis, quality, "
    "evidence_id, sheet, row, source, reference, reverses"
)
Key = tuple[int, str]  # stream, unit of record


@dataclass(frozen=True, slots=True)
class Written:
    """A pack that was written: its hash and the control totals by data point."""

    sha256: str
    controls: dict[str, dict[str, Any]]


def write_pack(book: Book, number: int, as_of: date, path: Path) -> Written:
    """Write the pack of a published version; return its hash and control totals.

    Raises
    ------
    QinglianError
        ``disclosure.not_published`` and what the ledger's evidence pack raises.
    """
    statement = build_statement(book, number, as_of)
    frozen, found = evaluate(book, number, frozen_points(statement))
    inputs = stored_inputs(book, frozen.run)
    records = list(_records(book, inputs))
    counts: dict[Key, int] = defaultdict(int)
    for record in records:
        counts[record["stream"], record["unit"]] += 1
    stating = {code: one for code, one in found.items() if one.exact is not None and not one.point.sum_of}
    controls = {code: _control(one, counts) for code, one in stating.items()}
    members = {
        "controls.json": canonical_json(controls),
        "ledger.zip": _ledger(book, number),
        "records.jsonl": _lines(records),
        "rules.json": inputs.rules.content,
        "statement.json": statement.canonical(),
        **{f"populations/{code}.jsonl": _lines(_population(one)) for code, one in stating.items()},
        **{name: (files("qinglian.disclosure") / "verifier" / name).read_bytes() for name in SCRIPTS},
    }
    hashes = {name: sha256_hex(content) for name, content in members.items()}
    members["manifest.json"] = canonical_json({"files": hashes, "statement": statement.sha256})
    content = _zipped(members)
    with placing(path) as temporary:
        temporary.write_bytes(content)
    return Written(sha256_hex(content), controls)


SCRIPTS = ("verify.py", "sample.py")


def drawn(path: Path, code: str, size: int, seed: str, method: str) -> list[dict[str, Any]]:
    """Draw a sample from a pack with the very script it carries.

    Raises
    ------
    QinglianError
        ``disclosure.pack_unreadable``, ``disclosure.pack_point_missing``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            records = sample.population(archive, code)
    except KeyError as error:
        raise QinglianError("disclosure.pack_point_missing", code=code, path=path) from error
    except (zipfile.BadZipFile, ValueError) as error:
        raise QinglianError("disclosure.pack_unreadable", path=path, reason=str(error)) from error
    return sample.draw(records, code, size, seed, method)


def _ledger(book: Book, number: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.zip"
        write_evidence_pack(book, number, path)
        return path.read_bytes()


def _zipped(members: dict[str, bytes]) -> bytes:
    """Zip without compression, whose bytes would depend on the zlib at hand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def _lines(rows: Any) -> bytes:
    return b"".join(line + b"\n" for line in sorted(canonical_json(row) for row in rows))


def _population(value: Value) -> Iterator[dict[str, Any]]:
    """Every line of a figure with what it contributes, in the unit of the figure."""
    for emission in value.emissions:
        line = emission.line
        about = {"gas": emission.gas, "key": list(export_key(emission)), "kg_co2e": emission.kg_co2e}
        yield {**about, **_of_line(line), "value": emission.kg_co2e / KG_PER_TONNE}
    for amount in value.amounts:
        about = {"rule": amount.line.rule.id, "ratio": amount.ratio, "share": amount.share}
        yield {**about, **_of_line(amount.line), "value": amount.value}


def _of_line(line: Line) -> dict[str, Any]:
    return {
        **{name: getattr(line.stream, name) for name in WORDS},
        "cells": list(line.cells),
        "quality": line.quality,
        "quantity": line.quantity,
        "quantity_basis": line.quantity_basis,
        "records": line.records,
        "stream": line.stream.id,
        "unit": line.unit,
    }


def _control(value: Value, counts: dict[Key, int]) -> dict[str, Any]:
    """Control totals of a figure: lines, records, and what each source stream contributes."""
    contributed: dict[Key, Fraction] = defaultdict(Fraction)
    quantities: dict[Key, dict[str, dict[int, Line]]] = defaultdict(lambda: defaultdict(dict))
    pairs = [(e.line, e.kg_co2e / KG_PER_TONNE) for e in value.emissions]
    pairs += [(a.line, a.value) for a in value.amounts]
    for line, contribution in pairs:
        key = (line.stream.id, line.unit)
        contributed[key] += contribution
        quantities[key][line.rule.id][id(line)] = line
    found = [
        {
            "stream": stream,
            "unit": unit,
            "value": contributed[stream, unit],
            "quantity": _quantity(quantities[stream, unit]),
        }
        for stream, unit in sorted(contributed)
    ]
    return {
        "gases": sorted(value.point.gas_codes),
        "lines": len(pairs),
        "records": sum(counts[key] for key in contributed),
        "streams": found,
        "total": value.exact,
        "unit": value.point.unit,
    }


def _quantity(by_rule: dict[str, dict[int, Line]]) -> Fraction:
    """Quantity of a stream: every rule that asks about it counts the same records, so one is taken."""
    lines = by_rule[min(by_rule)].values()
    return sum((line.quantity for line in lines), Fraction(0))


def _records(book: Book, inputs: Inputs) -> Iterator[dict[str, Any]]:
    """Every posted record of the period and scenario, as far as it lies in it, in the segments of the run."""
    first, end = day_number(inputs.period.start), day_number(inputs.period.end)
    with book.read() as connection:
        scenario = select(schema.scenario.c.id).where(schema.scenario.c.name == inputs.scenario)
        number = int(connection.execute(scenario).scalar_one())
        known, units = streams(connection), units_of_record(connection)
        hashes = {row.id: row.sha256 for row in connection.execute(select(schema.evidence))}
    sql = (
        f"SELECT {COLUMNS} FROM facts WHERE scenario_id = {number} "  # noqa: S608 - numbers of ours
        f"AND start_day >= {first} AND start_day < {end}"
    )
    engine = open_engine(spill=book.cache_folder)
    try:
        paths = present_paths(book, list(inputs.segments))
        rows: list[dict[str, Any]] = engine.query(sql, parquet={"facts": paths}).to_pylist() if paths else []
    finally:
        engine.close()
    whole: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["fact_id"], row["start_utc"])):
        begun = whole.setdefault(row["fact_id"], row)
        if begun is not row:  # a record was split where a month or a factor ends
            begun["quantity"] += row["quantity"]
            begun["end_utc"] = max(begun["end_utc"], row["end_utc"])
    for row in whole.values():
        symbol, decimals = units[row["unit_id"]]
        stream = known[row["stream_id"]]
        yield {
            **{name: getattr(stream, name) for name in WORDS},
            **{
                name: row[name]
                for name in ("quantity_basis", "quality", "sheet", "row", "source", "reference")
            },
            "batch": row["batch_id"],
            "end": row["end_utc"],
            "evidence": hashes.get(row["evidence_id"]),
            "fact": row["fact_id"],
            "quantity": Fraction(row["quantity"], 10**decimals),
            "reverses": row["reverses"],
            "start": row["start_utc"],
            "stream": row["stream_id"],
            "unit": symbol,
        }
