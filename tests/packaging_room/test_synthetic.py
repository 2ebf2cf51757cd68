"""The demonstration's packaging: the same bytes as in the examples, posted, claimed, explained to the row."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from qinglian.cli import run
from qinglian.core.period import FiscalCalendar, parse_period
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import create_book
from qinglian.ledger.installed import install_packs
from qinglian.ledger.organisation import add_facility
from qinglian.packaging.account import post_folder
from qinglian.packaging.avoided import compare
from qinglian.packaging.posted import headline, used_t
from qinglian.packaging.readers import read, read_load_plans
from qinglian.packaging.synthetic import SYNTHETIC, uses, write_folder
from qinglian.packaging.verify import verify_load, verify_masses
from qinglian.present.exits import Exit

EXAMPLE = Path(__file__).parents[2] / "examples" / "laptop-maker" / "packaging"
ACTOR = Actor("clerk")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maker") / "packaging"
    write_folder(folder)
    return folder


def test_the_example_folder_is_what_is_written(files):
    for path in files.rglob("*.csv"):
        assert (EXAMPLE / path.relative_to(files)).read_bytes() == path.read_bytes()


def test_every_use_says_that_it_is_synthetic():
    _, *rows = uses()
    assert len(rows) == 108
    assert all(SYNTHETIC in row[0] for row in rows)


def test_one_line_gets_heavier_and_stays_in_the_total(files):
    """Per notebook: 20 + 12 g of board, 2 g of film and 92 g of foam less, 60 g of paper more."""
    folder = read(files)
    found = compare(folder.catalogue, folder.uses, folder.baselines, "foam-2021")
    notebooks = sum(use.units for use in folder.uses if use.key[0] == "NB-BOX")
    per_notebook = {"corrugated": 32, "cushion_paper": -60, "film": 2, "foam": 92}
    assert found.by_material_g == {name: grams * notebooks for name, grams in per_notebook.items()}
    assert len(found.uncovered) == 36
    assert verify_masses(folder.catalogue) == ()


def test_the_vendors_plan_stands_but_claims_too_much(files):
    (plan,) = read_load_plans(files / "load-plan")
    found = verify_load(plan)
    assert found.check.violations == ()
    assert [problem.code for problem in found.failed] == ["packaging.claimed_fill_wrong"]
    assert found.check.cube_utilisation == Fraction(400 * 420 * 310 * 30, 1200 * 840 * 1700)


def test_from_the_folder_to_a_claim_and_a_row(files, tmp_path, capsys):
    home = tmp_path / "book"
    book = create_book(home, organisation="Maker", calendar=FiscalCalendar(4, "start"), actor=ACTOR)
    for code, place in (("HEF", "CN-AH"), ("SZX", "CN-GD"), ("CTU", "CN-SC")):
        add_facility(book, ACTOR, code, name=code, where=place)
    install_packs(book, ACTOR)
    postings = post_folder(book, ACTOR, read(files), files)
    assert {name: posting.posted for name, posting in postings.items()} == {
        "actual": 36 * (5 + 2 + 2),
        "baseline:foam-2021": 36 * (2 + 4),
    }
    span = parse_period("FY2022", book.identity.calendar, book.identity.zone)
    grams = sum(use.units * read(files).catalogue.get(use.key).mass_g for use in read(files).uses)
    assert used_t(book, span) == grams / 10**6
    command = [
        "--json",
        "--book",
        str(home),
        "packaging",
        "avoided",
        str(files),
        "--period",
        "FY2022",
        "--enter",
    ]
    assert run(command) == Exit.OK
    claimed = json.loads(capsys.readouterr().out)
    assert Fraction(claimed["by_activity"]["material.paper.primary"]) < 0
    assert Fraction(claimed["kg_co2e"]) > 0
    assert headline(book, span).endswith(str(claimed["claim"]))
    assert run(["--book", str(home), "explain", "--scope", "3", "--category", "1"]) == Exit.OK
    assert "uses.csv" in capsys.readouterr().out


def test_a_folder_posted_again_posts_nothing(files, tmp_path):
    book = create_book(tmp_path / "book", organisation="Maker", actor=ACTOR)
    for code in ("HEF", "SZX", "CTU"):
        add_facility(book, ACTOR, code, name=code, where="CN-AH")
    copy = shutil.copytree(files, tmp_path / "copy")
    assert post_folder(book, ACTOR, read(files), files)["actual"].posted
    assert {posting.posted for posting in post_folder(book, ACTOR, read(copy), copy).values()} == {0}
