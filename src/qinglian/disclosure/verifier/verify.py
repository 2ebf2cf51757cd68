"""Verify a disclosure pack. Needs Python 3.11 or newer and nothing else.

    python verify.py pack.zip

Checks that every file has its hash; that the rules are those the run names; that the statement is of the
version in the evidence pack inside (``ledger.zip``, which its own ``verify.py`` checks against the audit
chain); that the lines behind every emission figure are all that its rules ask for, no fewer and no more; that
the lines of every figure add up to it exactly; and that the records behind every source stream add up to the
quantity its lines counted. Exit code 0 if all holds, 1 if not, 2 for wrong use.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from collections import defaultdict
from fractions import Fraction
from typing import Any

KG_PER_TONNE = 1000


class Pack:
    """A disclosure pack, and what is wrong with it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.files = {name: archive.read(name) for name in archive.namelist()}
        self.faults: list[str] = []

    def expect(self, holds: bool, fault: str) -> None:
        """Note a fault unless something holds."""
        if not holds:
            self.faults.append(fault)

    def verify(self) -> list[str]:
        """Run every check and return what is wrong."""
        self.check_files()
        if self.faults:
            return self.faults
        self.controls = json.loads(self.files["controls.json"])
        self.statement = json.loads(self.files["statement.json"])
        with zipfile.ZipFile(io.BytesIO(self.files["ledger.zip"])) as inner:
            self.ledger = json.loads(inner.read("manifest.json"))
            self.export = inner.read("export.json")
            runs = inner.read("tables/run.tsv").decode().split("\n")
        self.check_version()
        self.check_rules(runs)
        self.check_figures()
        self.check_records()
        return self.faults

    def check_files(self) -> None:
        """Every file and no other, each with its hash."""
        listed = json.loads(self.files["manifest.json"])["files"]
        for name in sorted({*listed, *self.files} - {"manifest.json"}):
            there = self.files.get(name)
            holds = there is not None and hashlib.sha256(there).hexdigest() == listed.get(name)
            self.expect(holds, f"{name}: missing, changed or not in the manifest")

    def check_version(self) -> None:
        """The statement is of the version inside, and that is published."""
        version = self.statement["version"]
        self.expect(version["id"] == self.ledger["version"], "statement: not of the version in ledger.zip")
        self.expect(self.ledger["state"] == "published", "ledger.zip: its version is not published")
        digest = hashlib.sha256(self.export).hexdigest()
        self.expect(version["export_sha256"] == digest, "statement: not of the export in ledger.zip")

    def check_rules(self, runs: list[str]) -> None:
        """The rules are those that the run names by hash."""
        names = runs[0].split("\t")[1:]
        rows = [json.loads(line.partition("\t")[2]) for line in runs[1:] if line]
        run = next(row for row in rows if row[names.index("id")] == self.ledger["run"])
        wanted = json.loads(run[names.index("inputs")])["rules"]
        self.expect(
            hashlib.sha256(self.files["rules.json"]).hexdigest() == wanted, "rules.json: not the run's"
        )

    def check_figures(self) -> None:
        """Every figure is the exact sum of its whole population, every total that of its parts."""
        rules = json.loads(self.files["rules.json"])["rule"]
        exact: dict[str, Fraction | None] = {}
        for entry in self.statement["points"]:
            point, code = entry["point"], entry["point"]["code"]
            exact[code] = None if entry["exact"] is None else Fraction(entry["exact"])
            if point["sum_of"]:
                known = [exact[part] for part in point["sum_of"] if exact[part] is not None]
                found = sum((part for part in known if part is not None), Fraction(0)) if known else None
                self.expect(found == exact[code], f"{code}: its parts do not add up")
            elif exact[code] is not None and code not in self.controls:
                self.faults.append(f"{code}: no population")
            elif exact[code] is not None:
                self.check_population(point, exact[code] or Fraction(0), rules)

    def check_population(self, point: dict[str, Any], exact: Fraction, rules: list[dict[str, Any]]) -> None:
        """Lines of one figure: complete, and with the right sum."""
        code = point["code"]
        lines = [json.loads(line) for line in self.files[f"populations/{code}.jsonl"].decode().splitlines()]
        total = sum((Fraction(line["value"]) for line in lines), Fraction(0))
        control = self.controls[code]
        self.expect(
            total == exact == Fraction(control["total"]), f"{code}: lines do not add up to the figure"
        )
        self.expect(len(lines) == control["lines"], f"{code}: not the number of lines that was stated")
        streams = sum((Fraction(stream["value"]) for stream in control["streams"]), Fraction(0))
        self.expect(streams == exact, f"{code}: source streams do not add up to the figure")
        if point["kind"] == "emission":
            self.expect(
                self.by_key(lines) == self.exported(point, rules), f"{code}: not the whole population"
            )

    def by_key(self, lines: list[dict[str, Any]]) -> dict[tuple[str, ...], Fraction]:
        """Sums of population lines by the row of the export they count in, t."""
        sums: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
        for line in lines:
            sums[tuple(line["key"])] += Fraction(line["value"])
        return dict(sums)

    def exported(self, point: dict[str, Any], rules: list[dict[str, Any]]) -> dict[tuple[str, ...], Fraction]:
        """Rows of the export that the point asks for, t."""
        asked = {
            rule["id"]
            for rule in rules
            if point["scope"] in {"", rule["scope"]}
            and point["method"] in {"", rule.get("method", "")}
            and point["category"] in {None, rule.get("category")}
        }
        gases = set(self.controls[point["code"]]["gases"])
        return {
            tuple(row[:-2]): Fraction(row[-1]) / KG_PER_TONNE
            for row in json.loads(self.export)["emissions"]
            if row[0] in asked and row[8] == point["account"] and (not gases or row[9] in gases)
        }

    def check_records(self) -> None:
        """Records add up to what the lines of their stream counted, and are as many as stated."""
        sums: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
        counts: dict[tuple[int, str], int] = defaultdict(int)
        for line in self.files["records.jsonl"].decode().splitlines():
            record = json.loads(line)
            sums[record["stream"], record["unit"]] += Fraction(record["quantity"])
            counts[record["stream"], record["unit"]] += 1
        for code, control in sorted(self.controls.items()):
            keys = [(stream["stream"], stream["unit"]) for stream in control["streams"]]
            for key, stream in zip(keys, control["streams"], strict=True):
                holds = sums[key] == Fraction(stream["quantity"])
                self.expect(holds, f"{code}: records of stream {key[0]} ({key[1]}) do not add up")
            found = sum(counts[key] for key in keys)
            self.expect(found == control["records"], f"{code}: not the number of records that was stated")


def main(arguments: list[str]) -> int:
    """Verify one pack and say what is wrong."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    with zipfile.ZipFile(arguments[0]) as archive:
        pack = Pack(archive)
        faults = pack.verify()
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(pack.controls)} data points verified; now verify ledger.zip with its own verify.py")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
