"""The verbs of versions, as a person in a single-user book and as one in a shared book uses them."""

import json
import subprocess
import sys

import pytest

from qinglian.cli import run
from qinglian.ledger.actor import Actor
from qinglian.ledger.calculation import calculate
from qinglian.ledger.posting import post
from qinglian.present.exits import Exit
from tests.ledger import conftest as write


@pytest.fixture
def ask(capsys):
    """Run a verb and return its exit code and its JSON."""

    def asked(book, *words):
        code = run(["--json", "--book", str(book.folder), *words])
        printed = capsys.readouterr()
        return code, json.loads(printed.out or printed.err)

    return asked


@pytest.fixture
def single(make_book, year):
    book = make_book(single_user=True)
    post(book, Actor.of_machine(), [write.fact("1000")])
    calculate(book, Actor.of_machine(), year)
    return book


def test_from_draft_to_a_verified_pack(single, ask, tmp_path):
    assert ask(single, "version", "create")[1]["state"] == "draft"
    for verb, state in (("review", "reviewed"), ("approve", "approved"), ("publish", "published")):
        code, answer = ask(single, "version", verb, "1")
        assert (code, answer["state"]) == (Exit.OK, state)
    assert answer["head"] == single.head()
    assert answer["independently_reviewed"] is False
    lock = {"start": "2022-01-01", "last_day": "2022-12-31", "version": 1}
    assert ask(single, "lock", "list")[1] == [lock]
    assert ask(single, "replay", "1")[1]["same"] is True
    assert ask(single, "version", "list")[1][0]["export_sha256"] == answer["export_sha256"]
    pack = tmp_path / "pack.zip"
    assert ask(single, "evidence-pack", "1", "--output", str(pack))[0] == Exit.OK
    source = "import zipfile,sys;sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read('verify.py').decode())"
    script = subprocess.run([sys.executable, "-c", source, pack], capture_output=True, check=True).stdout
    command = [sys.executable, "-I", "-", str(pack), "--head", answer["head"]]
    assert subprocess.run(command, input=script, check=False).returncode == 0


def test_late_data_is_restated(single, ask, year):
    for words in (["create"], ["review", "1"], ["approve", "1"]):
        ask(single, "version", *words)
    decision = ask(single, "approve-adjustment", "1", "--reason", "late bill")[1]["decision"]
    late = write.fact("500", start=write.date(2022, 6, 1))
    post(single, Actor.of_machine(), [late], kind="adjustment", approval=decision)
    calculate(single, Actor.of_machine(), year)
    assert ask(single, "version", "create", "--reason", "late bill")[1]["supersedes"] == 1
    answer = ask(single, "restate", "1", "2", "--reason", "late bill")[1]
    assert answer == ask(single, "version", "diff", "1", "2")[1]
    (location,) = [d for d in answer["differences"] if d["method"] == "location"]
    assert (location["before"], location["activity"], location["after"]) == ("200/1", "100/1", "300/1")


def test_in_a_shared_book_the_command_line_only_drafts(lite, ask, actor, year):
    post(lite, actor, [write.fact("1000")])
    calculate(lite, actor, year)
    assert ask(lite, "version", "create")[0] == Exit.OK
    code, answer = ask(lite, "version", "review", "1")
    assert code == Exit.REFUSED
    assert answer["problems"][0]["code"] == "ledger.actor_unauthenticated"


def test_uncertainty_base_year_and_erasure(single, ask):
    ask(single, "version", "create")
    code, answer = ask(single, "uncertainty", "1", "--draws", "200", "--activity-cv", "0=0.1")
    assert code == Exit.OK
    assert {"analytic", "monte_carlo"} == set(answer)
    location = next(row for row in answer["analytic"] if row["method"] == "location")
    assert (location["deterministic"], location["sd"], location["covered"]) == ("200", "20", "0")
    assert ask(single, "uncertainty", "1", "--activity-cv", "x")[0] == Exit.REFUSED
    ask(single, "base-year", "declare", "2022")
    ask(single, "base-year", "change", "acquisition", "C", "--kg", "10")
    tested = ask(single, "base-year", "test", "--total", "200")[1]
    assert (tested["due"], tested["recalculated"]) == (True, "210/1")
    code, answer = ask(single, "erase", "person", "li.wei", "--reason", "request 1")
    assert (code, answer["decision"] > 0) == (Exit.OK, True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_and_help_speak_both_languages(single, capsys, language):
    words = ["--lang", language, "--book", str(single.folder)]
    for verb in (["version", "create"], ["version", "list"], ["uncertainty", "1", "--draws", "100"]):
        assert run([*words, *verb]) == Exit.OK
    for verb in (
        "version",
        "lock",
        "restate",
        "replay",
        "erase",
        "evidence-pack",
        "uncertainty",
        "base-year",
    ):
        assert run([*words, verb, "--help"]) == Exit.OK
    printed = capsys.readouterr().out
    assert "ledger." not in printed
    assert ("版本" in printed) == (language == "zh")
