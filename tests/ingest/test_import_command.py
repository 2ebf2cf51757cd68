"""`qinglian import` and `qinglian template`, as typed: warnings, constants, sheets, templates."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from sqlalchemy import select

from qinglian.cli import run
from qinglian.core.text import use_language
from qinglian.ledger import schema
from qinglian.ledger.book import open_book
from qinglian.present.exits import Exit

HEADER = "activity,start,end,quantity,unit,reference"


@pytest.fixture
def ask(tmp_path, capsys):
    """Run a verb in a book with one facility; return its exit code and its JSON."""
    book = str(tmp_path / "book")

    def asked(*words, error=False):
        code = run(["--json", "--book", book, *words])
        printed = capsys.readouterr()
        return code, json.loads(printed.err if error else printed.out or "null")

    assert asked("init", "Works", "--zone", "Asia/Shanghai")[0] == Exit.OK
    assert asked("facility", "add", "HF1", "--name", "Hefei", "--place", "CN-AH")[0] == Exit.OK
    return asked


@pytest.fixture
def bills(tmp_path):
    """Ten months of electricity; the last in MWh though the number is of kWh."""
    rows = [
        f"electricity.purchased,2022-{n:02d}-01,2022-{n:02d}-28,{200_000 + n},kWh,B{n}" for n in range(1, 10)
    ]
    path = tmp_path / "bills.csv"
    path.write_text(
        "\n".join((HEADER, *rows, "electricity.purchased,2022-10-01,2022-10-31,212000,MWh,B10")) + "\n"
    )
    return path


def test_kwh_given_as_mwh_warns_and_is_posted(ask, bills):
    use_language("en")
    code, (answer,) = ask("import", str(bills), "--set", "facility=HF1")
    assert (code, answer["posted"]) == (Exit.OK, 10)
    (warning,) = (text for text in answer["warnings"] if "MWh" in text)
    assert "row 11" in warning
    assert "kWh written as MWh" in warning


def test_a_constant_is_kept_with_the_batch(ask, bills):
    ask("import", str(bills), "--set", "facility=HF1", "--set", "dimension=production")
    with open_book(bills.parent / "book").read() as connection:
        (profile,) = connection.execute(select(schema.batch.c.profile)).scalars()
    assert profile == "native facility=HF1 dimension=production"


@pytest.mark.parametrize("given", ["facility", "=HF1", "facility="])
def test_a_constant_without_column_or_value_is_refused(ask, bills, given):
    code, answer = ask("import", str(bills), "--set", given, error=True)
    assert code == Exit.REFUSED
    assert "ingest.set_unreadable" in json.dumps(answer)


def test_a_constant_of_no_column_is_refused(ask, bills):
    code, answer = ask("import", str(bills), "--set", "facilty=HF1", error=True)
    assert code == Exit.REFUSED
    assert "ingest.profile_column" in json.dumps(answer)


def test_one_sheet_of_several(ask, tmp_path):
    workbook = openpyxl.Workbook()
    for name, amount in (("Q1", 100), ("Q2", 200)):
        sheet = workbook.create_sheet(name)
        sheet.append(["facility", *HEADER.split(",")])
        sheet.append(["HF1", "electricity.purchased", "2022-01-01", "2022-01-31", amount, "kWh", name])
    workbook.remove(workbook["Sheet"])
    workbook.save(tmp_path / "two.xlsx")
    assert ask("import", str(tmp_path / "two.xlsx"), error=True)[0] == Exit.REFUSED
    code, (answer,) = ask("import", str(tmp_path / "two.xlsx"), "--sheet", "Q2")
    assert (code, answer["posted"]) == (Exit.OK, 1)
    assert ask("import", str(tmp_path / "two.xlsx"), "--sheet", "Q3", error=True)[0] == Exit.REFUSED


@pytest.mark.parametrize(("lang", "first"), [("zh", "设施"), ("en", "facility")])
def test_the_template_is_headed_in_the_language_and_imports_as_it_is(ask, tmp_path, lang, first):
    path = tmp_path / f"{lang}.csv"
    code, answer = ask("--lang", lang, "template", str(path), "--example")
    assert (code, answer) == (Exit.OK, {"file": str(path), "language": lang})
    header, example = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    assert header[0] == first
    assert len(header) == len(example) > 15
    code, (answer,) = ask("import", str(path))
    assert (code, answer["posted"]) == (Exit.OK, 1)


def test_a_template_of_chosen_columns(ask, tmp_path):
    ask("--lang", "en", "template", str(tmp_path / "short.csv"), "--column", "reference")
    assert (tmp_path / "short.csv").read_text(encoding="utf-8-sig").strip().split(",")[-1] == "reference"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["facts.xlsx"], "ingest.template_csv"),
        (["there.csv"], "ingest.template_exists"),
        (["new.csv", "--column", "colour"], "ingest.template_column_unknown"),
    ],
)
def test_no_template_is_written_where_it_cannot_be(ask, tmp_path, words, code):
    (tmp_path / "there.csv").write_text("mine")
    found, answer = ask("template", str(tmp_path / words[0]), *words[1:], error=True)
    assert found == Exit.REFUSED
    assert code in json.dumps(answer)
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert not zipfile.is_zipfile(tmp_path / "there.csv")
