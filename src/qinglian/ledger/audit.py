"""Audit: verify the whole book again, from the chain's first link to the last byte of the last segment.

Every link must hold its body and the link before; every row of every table must be vouched for by the link
that wrote it; every file must have the hash its name and its row say. The first break is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ledger import chain, schema
from qinglian.ledger.book import Book
from qinglian.ledger.manifest import segments
from qinglian.ledger.segments import check_inbox


@dataclass(frozen=True, slots=True)
class Finding:
    """A break: what, where, and since which chain entry it can no longer be trusted."""

    problem: Problem
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """The result: the head to keep, what was checked, what is broken, what was lawfully erased."""

    head: str
    entries: int
    tables: int
    files: int
    erased: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is broken."""
        return not self.findings


def audit(book: Book, *, against: str | None = None) -> Audit:
    """Verify the book.

    Parameters
    ----------
    against
        A chain head printed earlier (on a published version, in an evidence pack). It must still be a link
        of this chain: a chain cut short or computed anew does not hold it.
    """
    with book.read() as connection:
        links = chain.entries(connection)
        findings = [*_links(links), *_rows(connection, links), *_inbox(connection)]
        if against is not None and against not in {link.hash for link in links}:
            findings.append(Finding(Problem("ledger.audit_head_missing", None, {"head": against})))
        files, erased, broken = _files(book, connection, links)
        findings += broken
    head = links[-1].hash if links else chain.GENESIS
    return Audit(head, len(links), len(schema.CHAINED), files, tuple(erased), tuple(findings))


def _links(links: list[chain.Entry]) -> Iterator[Finding]:
    prev = chain.GENESIS
    for position, link in enumerate(links, start=1):
        if link.seq != position or link.prev != prev or not link.holds or link.content.get("seq") != position:
            yield Finding(Problem("ledger.audit_link_broken", None, {"seq": position}), position)
            return  # everything after a broken link is only as good as the break
        prev = link.hash


def _rows(connection: Connection, links: list[chain.Entry]) -> Iterator[Finding]:
    vouched = {link.seq: link.content.get("rows", {}) for link in links}
    for table in schema.CHAINED:
        found: dict[int, list[dict[str, Any]]] = {}
        for row in connection.execute(select(table)).mappings():
            found.setdefault(int(row["seq"]), []).append(dict(row))
        expected = {seq for seq, tables in vouched.items() if table.name in tables}
        for seq in sorted(expected | set(found)):
            digest = chain.rows_digest(table, found.get(seq, []))
            if digest != vouched.get(seq, {}).get(table.name):
                yield Finding(
                    Problem("ledger.audit_rows_changed", None, {"table": table.name, "seq": seq}), seq
                )


def _inbox(connection: Connection) -> Iterator[Finding]:
    try:
        check_inbox(connection)
    except QinglianError as error:
        yield Finding(error.problem)


def _files(
    book: Book, connection: Connection, links: list[chain.Entry]
) -> tuple[int, list[str], list[Finding]]:
    erased = _erased(links)
    wanted = [(segment.path(book), segment.sha256) for segment in segments(connection)]
    for identifier, digest in connection.execute(select(schema.evidence.c.id, schema.evidence.c.sha256)):
        if identifier not in erased:
            wanted.append((book.evidence_folder / digest, digest))
    for outputs in connection.execute(select(schema.run.c.outputs)).scalars():
        for name, digest in json.loads(outputs).items():
            suffix = ".json" if name == "context" else ".parquet"
            wanted.append((book.run_folder / f"{digest}{suffix}", digest))
    findings = [finding for path, digest in wanted if (finding := _file(path, digest))]
    words = [
        f"{f'evidence {what}' if isinstance(what, int) else what}: erased by decision {number}"
        for what, number in sorted(erased.items(), key=lambda pair: pair[1])
    ]
    return len(wanted), words, findings


def _erased(links: list[chain.Entry]) -> dict[int | str, int]:
    """Evidence ids and subject keys that the chain says were erased, with the decision.

    The table beside the chain is not asked: whoever can delete a file could also write there.
    """
    contents = (link.content for link in links)
    erasures = (entry["content"] for entry in contents if entry.get("action") == "erase")
    return {next(iter(what["erased"].values())): what["decision"] for what in erasures}


def _file(path: Path, digest: str) -> Finding | None:
    if not path.exists():
        return Finding(Problem("ledger.audit_file_missing", Where(file=str(path))))
    if sha256_file(path) != digest:
        return Finding(Problem("ledger.audit_file_changed", Where(file=str(path))))
    return None
