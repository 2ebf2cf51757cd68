"""Draw a sample from a disclosure pack. Needs Python 3.11 or newer and nothing else.

    python sample.py pack.zip CODE --size N --seed WORD [--method random|unit]

The assurer chooses the seed, so nobody else chooses the records. ``random`` ranks every record behind the
data point by SHA-256 of seed, code and record and takes the first N: each record is equally likely. ``unit``
is sampling in proportion to size: N equal steps through the total, begun at a place the seed decides, so a
large record cannot hide. A record weighs its share, by quantity, of what its source stream contributes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Record = dict[str, Any]


def population(archive: zipfile.ZipFile, code: str) -> list[Record]:
    """Return every record behind a data point with its exact ``weight``, in the order of their numbers."""
    streams = json.loads(archive.read("controls.json"))[code]["streams"]
    known = {(stream["stream"], stream["unit"]): stream for stream in streams}
    found = []
    for line in archive.read("records.jsonl").decode().splitlines():
        record = json.loads(line)
        stream = known.get((record["stream"], record["unit"]))
        if stream is not None:
            whole = Fraction(stream["quantity"])
            part = Fraction(record["quantity"]) / whole if whole else Fraction(0)
            found.append({**record, "weight": part * Fraction(stream["value"])})
    return sorted(found, key=lambda record: (record["fact"], record["start"]))


def draw(records: list[Record], code: str, size: int, seed: str, method: str) -> list[Record]:
    """Return the sample in the order of record numbers; fewer than `size` where there are no more."""
    chosen = _ranked(records, code, size, seed) if method == "random" else _stepped(records, code, size, seed)
    return sorted(chosen, key=lambda record: (record["fact"], record["start"]))


def _digest(*words: object) -> str:
    return hashlib.sha256("\n".join(map(str, words)).encode()).hexdigest()


def _ranked(records: list[Record], code: str, size: int, seed: str) -> list[Record]:
    return sorted(records, key=lambda one: _digest(seed, code, one["fact"], one["start"]))[:size]


def _stepped(records: list[Record], code: str, size: int, seed: str) -> list[Record]:
    total = sum((abs(record["weight"]) for record in records), Fraction(0))
    if not total:
        return []
    step = total / size
    points = _points(step, step * Fraction(int(_digest(seed, code), 16), 2**256), size)
    chosen, reached, point = [], Fraction(0), next(points)
    for record in records:
        reached += abs(record["weight"])
        hit = False
        while point is not None and point < reached:
            hit, point = True, next(points, None)
        chosen += [record] if hit else []
    return chosen


def _points(step: Fraction, first: Fraction, size: int) -> Iterator[Fraction | None]:
    for number in range(size):
        yield first + number * step


def main(arguments: list[str]) -> int:
    """Print the sample, one record a line, as JSON."""
    parser = argparse.ArgumentParser(description="Draw a sample from a disclosure pack.")
    parser.add_argument("archive")
    parser.add_argument("code")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--method", choices=["random", "unit"], default="random")
    given = parser.parse_args(arguments)
    with zipfile.ZipFile(given.archive) as archive:
        records = population(archive, given.code)
    for record in draw(records, given.code, given.size, given.seed, given.method):
        print(json.dumps({**record, "weight": str(record["weight"])}, ensure_ascii=False, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
