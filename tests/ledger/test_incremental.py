"""What is kept between calculations changes nothing: each run has the bytes of one that starts from nothing."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from qinglian.core.canonical import canonical_json, sha256_file
from qinglian.ledger.calculation import calculate, recalculate
from qinglian.ledger.engines import open_engine
from qinglian.ledger.installed import install_packs
from qinglian.ledger.posting import post, undo
from qinglian.ledger.replay import Afresh, stored_inputs
from tests.ledger.conftest import ACTOR, TINY, YEAR, add_certificates, certificate
from tests.ledger.test_inventory import mixed


def from_nothing(book, run, folder):
    """Calculate a run's inputs without a cache; return the hashes of its lines and context."""
    folder.mkdir()
    afresh = Afresh(book.folder, book.identity, book.engine, book.clock, folder)
    engine = open_engine(threads=1)
    with book.read() as connection:
        context = recalculate(afresh, connection, stored_inputs(book, run), engine, folder / "lines.parquet")
    engine.close()
    return sha256_file(folder / "lines.parquet"), json.loads(canonical_json(context))


def changed(draw, write_pack, version):
    """The tiny pack, with other values from a random day to another in one of its rows."""
    rows = list(TINY)
    number = draw.randrange(len(rows))
    cells = rows[number].split(",")
    first, second = sorted(draw.sample(range(1, 365), 2))
    edges = [
        "2020-01-01",
        *(date.fromordinal(YEAR.start.toordinal() + d).isoformat() for d in (first, second)),
    ]
    edges.append("2030-01-01")
    pieces = []
    for at, (start, end) in enumerate(pairwise(edges)):
        value = cells[6] if at % 2 == 0 else str(Decimal(cells[6]) * draw.randrange(50, 150) / 100)
        pieces.append(",".join([*cells[:3], start, end, cells[5], value, *cells[7:]]))
    whole = [row for row in rows if row.split(",")[:1] != cells[:1] or row == rows[number]]
    whole[whole.index(rows[number]) : whole.index(rows[number]) + 1] = pieces
    return write_pack(*whole, version=str(version), gwp=True)


@pytest.mark.parametrize("seed", range(4))
def test_a_kept_cache_gives_the_bytes_of_a_full_run(make_book, write_pack, tmp_path: Path, seed):
    draw, book = random.Random(seed), make_book()
    facts, batches = mixed(60, seed=seed), []
    steps = [draw.choice(["facts", "factors", "undo"]) for _ in range(5)]
    for number, step in enumerate(["facts", *steps, "facts"]):
        if step == "factors":
            install_packs(book, ACTOR, (changed(draw, write_pack, number + 2),))
        elif step == "undo" and batches:
            undo(book, ACTOR, batches.pop(draw.randrange(len(batches))), reason="test")
        else:
            batches.append(post(book, ACTOR, [facts.pop() for _ in range(8)]).batch)
        if number == 3:
            add_certificates(book, certificate("1000", "C-1"))
        run = calculate(book, ACTOR, YEAR)
        lines, context = from_nothing(book, run.id, tmp_path / f"afresh{number}")
        assert lines == run.outputs["lines"], (seed, number, step)
        assert context == json.loads((book.run_folder / f"{run.outputs['context']}.json").read_bytes())
