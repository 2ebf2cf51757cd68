"""Verify an evidence pack. Needs Python 3.11 or newer and nothing else.

    python verify.py pack.zip [--head HASH]

Checks that every file has the hash the manifest gives it; that every link of the audit chain holds its body
and the link before; that the rows of every table are those the chain vouches for; that the version's row
names the hash of the canonical export; that the emission lines add up to the export, exactly; and that every
evidence file is the one its row names. HASH is the chain head printed on the published
version: with it, nobody can have written the chain anew. Exit code 0 if all holds, 1 if not, 2 for wrong use.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections import defaultdict
from fractions import Fraction
from typing import Any

GENESIS = "0" * 64


def sha256(data: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()


class Pack:
    """An evidence pack, and what is wrong with it."""

    def __init__(self, archive: zipfile.ZipFile, head: str | None) -> None:
        self.files = {name: archive.read(name) for name in archive.namelist()}
        self.manifest: dict[str, Any] = json.loads(self.files["manifest.json"])
        self.head = head
        self.faults: list[str] = []

    def expect(self, holds: bool, fault: str) -> None:
        """Note a fault unless something holds."""
        if not holds:
            self.faults.append(fault)

    def verify(self) -> list[str]:
        """Run every check and return what is wrong."""
        self.check_files()
        if not self.faults:  # with a missing or changed file the rest would only say so again
            vouched = self.check_chain()
            self.check_tables(vouched)
            self.check_version()
            self.check_sums()
            self.check_evidence()
        return self.faults

    def check_files(self) -> None:
        """Every file and no other, each with its hash."""
        listed = self.manifest["files"]
        for name in sorted({*listed, *self.files} - {"manifest.json"}):
            if name not in self.files:
                self.faults.append(f"{name}: missing")
            elif name not in listed:
                self.faults.append(f"{name}: not in the manifest")
            else:
                self.expect(sha256(self.files[name]) == listed[name], f"{name}: changed")

    def check_chain(self) -> dict[int, dict[str, str]]:
        """Every link; return the digests of rows each entry vouches for."""
        prev, vouched, hashes = GENESIS, {}, set()
        for position, line in enumerate(self.files["chain.jsonl"].decode().splitlines(), start=1):
            entry = json.loads(line)
            body = json.loads(entry["body"])
            holds = (
                entry["seq"] == position == body["seq"]
                and entry["prev"] == prev
                and sha256(f"{prev}\n{entry['body']}".encode()) == entry["hash"]
            )
            self.expect(holds, f"chain: link {position} is broken")
            vouched[position] = body["rows"]
            prev = entry["hash"]
            hashes.add(prev)
        self.expect(prev == self.manifest["head"], "chain: does not end at the head of the manifest")
        if self.head is not None:
            self.expect(self.head in hashes, "chain: does not hold the head you gave")
        return vouched

    def rows(self, table: str) -> dict[int, list[bytes]]:
        """Rows of a table as canonical JSON, by the chain entry that wrote them."""
        found: dict[int, list[bytes]] = defaultdict(list)
        for line in self.files[f"tables/{table}.tsv"].split(b"\n")[1:-1]:
            seq, _, row = line.partition(b"\t")
            found[int(seq)].append(row)
        return found

    def records(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table by column."""
        names = self.files[f"tables/{table}.tsv"].split(b"\n")[0].decode().split("\t")[1:]
        lists = [json.loads(row) for rows in self.rows(table).values() for row in rows]
        return [dict(zip(names, values, strict=True)) for values in lists]

    def check_tables(self, vouched: dict[int, dict[str, str]]) -> None:
        """The rows each entry wrote are those it vouches for, no fewer and no more."""
        for table in {name for rows in vouched.values() for name in rows} | set(self.manifest["tables"]):
            found = self.rows(table) if f"tables/{table}.tsv" in self.files else {}
            expected = {seq for seq, rows in vouched.items() if table in rows}
            for seq in sorted(expected | set(found)):
                digest = sha256(b"\n".join(sorted(found.get(seq, []))))
                holds = digest == vouched.get(seq, {}).get(table)
                self.expect(holds, f"{table}: the rows of chain entry {seq} are not those it vouches for")

    def check_version(self) -> None:
        """The version's row names this export and this run."""
        rows = {row["id"]: row for row in self.records("inventory_version")}
        row = rows.get(self.manifest["version"], {})
        self.expect(
            row.get("export_sha256") == sha256(self.files["export.json"]), "export.json: not the version's"
        )
        self.expect(row.get("run") == self.manifest["run"], "manifest: not the version's run")
        self.expect(
            json.loads(row.get("view", "{}")) == self.manifest["view"], "manifest: not the version's view"
        )

    def check_sums(self) -> None:
        """The lines multiply and add up to the export, exactly."""
        factors = json.loads(self.files["factors.json"])
        sums: dict[tuple[str, ...], list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for text in self.files["lines.jsonl"].decode().splitlines():
            line = json.loads(text)
            known = factors[line["factor"]]["kg_per_unit"][line["gas"]]
            self.expect(
                line["per_unit"] in known, f"lines.jsonl: {line['per_unit']} is not {line['factor']}'s"
            )
            kg = Fraction(line["amount"]) * Fraction(line["per_unit"])
            sums[tuple(line["key"])][0] += kg
            sums[tuple(line["key"])][1] += kg * Fraction(line["gwp"])
        exported = json.loads(self.files["export.json"])["emissions"]
        stated = {tuple(row[:-2]): [Fraction(row[-2]), Fraction(row[-1])] for row in exported}
        for key in sorted({*sums, *stated}):
            holds = sums.get(key, []) == stated.get(key, [])
            self.expect(
                holds, f"export.json: lines do not add up for {' · '.join(part for part in key if part)}"
            )

    def erasures(self) -> set[int]:
        """Evidence that the chain itself says was erased."""
        bodies = [
            json.loads(json.loads(line)["body"]) for line in self.files["chain.jsonl"].decode().splitlines()
        ]
        erased = (body["content"].get("erased", {}) for body in bodies if body["action"] == "erase")
        return {what["evidence"] for what in erased if "evidence" in what}

    def check_evidence(self) -> None:
        """Every evidence and segment file is the one its row names, and none of the version's is missing."""
        hashes = {row["id"]: row["sha256"] for row in self.records("evidence")}
        known, erased = set(hashes.values()), self.erasures()
        for number in self.manifest["evidence"]:
            there = f"evidence/{hashes.get(number)}" in self.files
            self.expect(there or number in erased, f"evidence {number}: missing, and no decision erased it")
        listed = {row["sha256"] for row in self.records("segment")}
        for name, content in self.files.items():
            if name.startswith("evidence/"):
                self.expect(
                    name == f"evidence/{sha256(content)}" and sha256(content) in known, f"{name}: unknown"
                )
            if name.startswith("segments/"):
                self.expect(sha256(content) in listed, f"{name}: unknown")


def main(arguments: list[str]) -> int:
    """Verify the pack named on the command line."""
    if len(arguments) not in {1, 3} or (len(arguments) == 3 and arguments[1] != "--head"):
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    try:
        with zipfile.ZipFile(arguments[0]) as archive:
            pack = Pack(archive, arguments[2] if len(arguments) == 3 else None)
        faults = pack.verify()
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        sys.stdout.write(f"FAULT unreadable: {type(error).__name__}: {error}\n")
        return 1
    for fault in faults:
        sys.stdout.write(f"FAULT {fault}\n")
    if not faults:
        manifest = pack.manifest
        sys.stdout.write(f"OK version {manifest['version']} ({manifest['label']}), {manifest['state']}\n")
        sys.stdout.write(f"OK export {manifest['export_sha256']}\n")
        sys.stdout.write(f"OK head {manifest['head']}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
