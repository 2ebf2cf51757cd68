"""The evidence pack of a version: everything an assurer needs to verify it without this software.

A zip of the audit chain up to the version's last decision, the rows every link vouches for (the manifest of
segments and the factor packs among them), the lines, the factors, the canonical export, the evidence files,
and a verifier that needs only Python's standard library. The same book gives the same bytes: members are
sorted, dated 1980-01-01 and stored without compression, whose bytes would depend on the zlib at hand.
"""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, Table, select

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.facts import day_number
from qinglian.ledger.files import placing
from qinglian.ledger.inventory import Emission, Inventory, export_key, source_of
from qinglian.ledger.manifest import present_paths, segments
from qinglian.ledger.replay import stored_inputs
from qinglian.ledger.versions import Version, version, version_inventory

FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def write_evidence_pack(book: Book, number: int, path: Path, *, with_segments: bool = False) -> str:
    """Write the evidence pack of a version; return its SHA-256.

    Parameters
    ----------
    with_segments
        Also put in the sealed facts themselves (Parquet); their hashes are always in.

    Raises
    ------
    QinglianError
        ``ledger.version_unknown``, ``ledger.version_drifted``, ``ledger.segment_missing``,
        ``ledger.audit_file_missing`` when an evidence file is neither there nor erased.
    """
    frozen = version(book, number)
    inventory = version_inventory(book, frozen)
    members = {**_members(book, frozen, inventory), **_documents(inventory)}
    if with_segments:
        inputs = stored_inputs(book, frozen.run)
        for file in present_paths(book, list(inputs.segments)):
            members[f"segments/{file.name}"] = file.read_bytes()
    about = json.loads(members.pop("about"))
    about["files"] = {name: sha256_hex(content) for name, content in sorted(members.items())}
    members["manifest.json"] = canonical_json(about)
    with placing(path) as temporary:
        _write_zip(temporary, members)
        return sha256_hex(temporary.read_bytes())


def _write_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def _members(book: Book, frozen: Version, inventory: Inventory) -> dict[str, bytes]:
    """Return what comes from the book: chain, tables, evidence, and what the manifest says about them."""
    with book.read() as connection:
        wanted = _evidence_of(book, connection, frozen)
        erasures = _erasures(connection, wanted)
        last = max([decision.seq for decision in frozen.decisions] + list(erasures.values()))
        links = connection.execute(
            select(schema.chain).where(schema.chain.c.seq <= last).order_by(schema.chain.c.seq)
        ).mappings()
        chain = [dict(link) for link in links]
        members = {f"tables/{table.name}.tsv": _rows(connection, table, last) for table in schema.CHAINED}
        hashes = {row.id: row.sha256 for row in connection.execute(select(schema.evidence))}
    for number in wanted:
        if number not in erasures:
            members[f"evidence/{hashes[number]}"] = _evidence(book, hashes[number])
    members["chain.jsonl"] = b"".join(canonical_json(link) + b"\n" for link in chain)
    members["about"] = canonical_json(
        {
            "evidence": wanted,
            "export_sha256": frozen.export_sha256,
            "head": chain[-1]["hash"],
            "independently_reviewed": frozen.independently_reviewed,
            "label": frozen.label,
            "organisation": inventory.organisation,
            "published_head": frozen.head,
            "run": frozen.run,
            "state": frozen.state,
            "tables": [table.name for table in schema.CHAINED],
            "version": frozen.id,
            "view": frozen.view.record(),
        }
    )
    return members


def _rows(connection: Connection, table: Table, last: int) -> bytes:
    """Rows as the chain digests them, so that a verifier hashes bytes and interprets nothing."""
    names = [column.name for column in table.columns if column.name != "seq"]
    rows = connection.execute(select(table).where(table.c.seq <= last)).mappings()
    lines = sorted((row["seq"], canonical_json([row[name] for name in names])) for row in rows)
    head = "\t".join(("seq", *names)).encode()
    return b"\n".join([head, *(b"%d\t%b" % line for line in lines)]) + b"\n"


def _evidence_of(book: Book, connection: Connection, frozen: Version) -> list[int]:
    """Ids of the evidence behind the facts and instruments the version counts."""
    run = connection.execute(select(schema.run).where(schema.run.c.id == frozen.run)).mappings().one()
    inputs = json.loads(run["inputs"])
    listed = [segment for segment in segments(connection) if segment.sha256 in set(inputs["segments"])]
    first, end = day_number(run["period_start"]), day_number(run["period_end"])
    found: set[int] = set()
    for path in present_paths(book, listed):
        table = pq.read_table(path, columns=["evidence_id", "start_day", "end_day"])
        inside = pc.and_(pc.less(table["start_day"], end), pc.greater(table["end_day"], first))
        found |= set(table.filter(inside)["evidence_id"].drop_null().unique().to_pylist())
    instrument = schema.instrument
    query = select(instrument.c.evidence_id).where(
        instrument.c.id.in_(inputs["instruments"]), instrument.c.evidence_id.is_not(None)
    )
    return sorted(
        found | {int(number) for number in connection.execute(query).scalars() if number is not None}
    )


def _erasures(connection: Connection, wanted: list[int]) -> dict[int, int]:
    """Chain entry of the decision that erased each piece of evidence."""
    names, decision = schema.evidence_name, schema.decision
    query = (
        select(names.c.evidence_id, decision.c.seq)
        .join(decision, decision.c.id == names.c.erased_by)
        .where(decision.c.state == "erased", names.c.evidence_id.in_(wanted))
    )
    return {int(number): int(seq) for number, seq in connection.execute(query)}


def _evidence(book: Book, digest: str) -> bytes:
    path = book.evidence_folder / digest
    if not path.exists():
        raise QinglianError("ledger.audit_file_missing", Where(file=str(path)))
    return path.read_bytes()


def _documents(inventory: Inventory) -> dict[str, bytes]:
    """Return what comes from the inventory: export, lines, factors and the verifier."""
    lines = sorted(canonical_json(line) for line in _lines(inventory))
    return {
        "export.json": inventory.canonical(),
        "factors.json": canonical_json(_factors(inventory)),
        "lines.jsonl": b"".join(line + b"\n" for line in lines),
        "verify.py": (files("qinglian.ledger") / "verifier" / "verify.py").read_bytes(),
    }


def _lines(inventory: Inventory) -> Iterator[dict[str, Any]]:
    """One line per gas: amount (of the factor's unit) x kg per unit x GWP, exact."""
    occurrence: dict[tuple[int, str], int] = defaultdict(int)
    for emission in inventory.emissions:
        mark = (id(emission.line), emission.gas)
        per_unit = _per_unit(emission)[occurrence[mark]]
        occurrence[mark] += 1
        yield {
            "amount": emission.kg / per_unit if per_unit else Fraction(0),
            "cells": list(emission.line.cells),
            "factor": source_of(emission.line),
            "gas": emission.gas,
            "gwp": emission.kg_co2e / emission.kg if emission.kg else Fraction(0),
            "key": list(export_key(emission)),
            "per_unit": per_unit,
            "records": emission.line.records,
            "unit": emission.line.factor.per_unit if emission.line.factor else "kWh",
        }


def _per_unit(emission: Emission) -> list[Fraction]:
    """Kilograms of the emission's gas per unit, as its source states them."""
    line = emission.line
    if line.factor is not None:
        return [gas.kg for gas in line.factor.gases if gas.gas == emission.gas]
    assert line.instrument is not None  # an emission has a factor or an instrument
    return [Fraction(line.instrument.factor)]


def _factors(inventory: Inventory) -> dict[str, Any]:
    """Every source of the inventory, with its record and its masses per unit."""
    factors: dict[str, Any] = {}
    for emission in inventory.emissions:
        factor = emission.line.factor
        entry = factors.setdefault(
            source_of(emission.line), {"kg_per_unit": {}, "record": factor.record() if factor else None}
        )
        known = entry["kg_per_unit"].setdefault(emission.gas, [])
        known += [value for value in _per_unit(emission) if value not in known]
    return factors
