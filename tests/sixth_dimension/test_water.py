"""A sixth dimension from a distribution of its own: found by its entry point, in the help, in the book, in figures.

The distribution is laid out as an installer would: its package on ``sys.path``, its ``dist-info`` beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from qinglian.core.dimension import Dimension
from qinglian.core.entry_points import entry_points
from qinglian.core.period import parse_period
from qinglian.ledger.book import open_book
from qinglian.present.exits import Exit
from tests.docs.reading import blocks

HERE = Path(__file__).parent / "distribution"
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "add-a-dimension.md"
READINGS = (
    "reference,facility,start,end,kind,first reading_m3,last reading_m3,billed_m3\n"
    "W-1,HEF,2025-01-01,2025-01-31,municipal,1200,1450.5,250.5\n"
    "W-2,HEF,2025-02-01,2025-02-28,自来水,1450.5,1600,149.5\n"
    "R-1,HEF,2025-01-01,2025-02-28,rain,0,80,\n"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder of installed distributions that holds the water room and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(HERE / "qinglian_water", folder / "qinglian_water")
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = folder / f"qinglian_water-{project['version']}.dist-info"
    about.mkdir()
    metadata = f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n"
    (about / "METADATA").write_text(metadata, encoding="utf-8")
    announced = project["entry-points"]["qinglian.dimensions"]
    lines = "".join(f"{name} = {target}\n" for name, target in announced.items())
    (about / "entry_points.txt").write_text(f"[qinglian.dimensions]\n{lines}", encoding="utf-8")
    return folder


@pytest.fixture
def ask(site, tmp_path):
    """Type a command where the water room is installed; return exit code, answer and errors."""

    def asked(*words):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("QINGLIAN")}
        environment |= {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT / "src")]), "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-m", "qinglian", *map(str, words)]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
        return done.returncode, done.stdout, done.stderr

    return asked


def write(folder: Path, content: str = READINGS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "readings.csv").write_text(content, encoding="utf-8")
    return folder


def test_the_room_stands_in_the_help_in_both_languages(ask):
    assert "water" in ask("--help")[1]
    assert "水" in ask("--lang", "zh", "--help")[1]
    code, page, _ = ask("--lang", "zh", "water", "--help")
    assert code == Exit.OK
    assert "核对账单与水表" in page


def test_without_its_distribution_there_is_no_such_room():
    assert "water" not in [found.name for found in entry_points("qinglian.dimensions")]


def test_from_the_file_to_the_book_to_the_figures(ask, site, tmp_path, monkeypatch):
    write(tmp_path / "files")
    assert ask("init", "Works", "--single-user")[0] == Exit.OK
    assert ask("facility", "add", "HEF", "--name", "Hefei", "--place", "Anhui")[0] == Exit.OK
    assert json.loads(ask("--json", "water", "import", "files")[1]) == {"posted": 3}
    assert json.loads(ask("--json", "water", "import", "files")[1]) == {"posted": 0}
    found = json.loads(ask("--json", "water", "report", "--period", "2025", "--svg", "water.svg")[1])
    assert found == {"water.withdrawal.municipal": "400", "water.withdrawal.rain": "80"}
    assert "<svg" in (tmp_path / "water.svg").read_text(encoding="utf-8")
    code, listed, _ = ask("records", "--activity", "water.withdrawal.rain")
    assert code == Exit.OK
    assert "readings.csv" in listed
    monkeypatch.syspath_prepend(str(site))
    (entry,) = [entry for entry in entry_points("qinglian.dimensions") if entry.name == "water"]
    dimension = entry.load()
    assert isinstance(dimension, Dimension)
    (bars,) = dimension.figures(open_book(tmp_path / "book"), parse_period("2025"))
    assert {bar.label: bar.value for bar in bars.bars}["water.withdrawal.rain"] == Fraction(80)
    assert ask("calculate", "--period", "2025")[0] == Exit.OK
    assert ask("audit")[0] == Exit.OK


@pytest.mark.parametrize(("lang", "message"), [("en", "runs backwards"), ("zh", "读数或期间倒退")])
def test_a_bad_row_is_refused_in_the_rooms_own_words(ask, tmp_path, lang, message):
    write(tmp_path / "files", READINGS.replace("1450.5,1600,149.5", "1450.5,1400,"))
    code, _, error = ask("--lang", lang, "water", "check", "files")
    assert code == Exit.REFUSED
    assert message in error
    assert "readings.csv" in error
    assert "3" in error


def test_a_bill_that_the_meter_does_not_bear_out(ask, tmp_path):
    assert ask("water", "verify", write(tmp_path / "good"))[0] == Exit.OK
    bad = write(tmp_path / "bad", READINGS.replace("1600,149.5", "1600,150"))
    code, said, _ = ask("water", "verify", bad)
    assert code == Exit.AUDIT_FAILED
    assert "150 m3 were billed, the meter ran 149.5 m3" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_its_template_can_be_read_as_it_is(ask, lang):
    assert ask("--lang", lang, "water", "template", f"{lang}.xlsx")[0] == Exit.OK
    assert json.loads(ask("--json", "water", "check", f"{lang}.xlsx")[1]) == {"readings": 1}


def test_the_guide_quotes_the_room_it_was_tried_with():
    files = [path for path in HERE.rglob("*") if path.suffix in {".py", ".toml"}]
    written = [path.read_text(encoding="utf-8") for path in files]
    quoted = [text for language, text in blocks(GUIDE) if language in {"python", "toml"}]
    assert len(quoted) >= 5
    for block in quoted:
        assert any(block.strip("\n") in text for text in written), block


def test_the_guide_names_every_file_of_the_room():
    guide = GUIDE.read_text(encoding="utf-8")
    for path in (HERE / "qinglian_water").glob("*.*"):
        assert f"`{path.name}`" in guide
