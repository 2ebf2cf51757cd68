from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from qinglian import cli
from qinglian.core.dimension import Dimension
from qinglian.core.entry_points import EntryPoint
from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import entry, use_language
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table
from qinglian.present.options import GlobalOption, system_language

HEAVY = {
    "duckdb",
    "numpy",
    "pyarrow",
    "sqlalchemy",
    "rich",
    "python_calamine",
    "django",
    "decimal",
    "hashlib",
}


@click.command("weigh", help="present.house_help")
@click.argument("stone")
@click.option("--twice", is_flag=True, help="Weigh it twice.")
@click.option("--hand", default="left", show_default=True, expose_value=False, help="present.option_json")
@click.pass_obj
def weigh(console, stone, twice):
    if stone == "file":
        Path("no/such/folder/file.csv").read_bytes()
    if stone == "full":
        raise OSError(28, "No space left on device")
    if stone == "stop":
        raise KeyboardInterrupt
    if stone == "light":
        return Exit.INCOMPLETE
    if stone == "taken":
        raise QinglianError("test.taken", Where(file="a.csv", row=7))
    if stone == "bad":
        raise QinglianError("core.number_unreadable", Where(file="a.csv", row=7), text="x")
    console.emit(
        {"stone": stone, "twice": twice, "book": str(console.book)},
        Table("", (Column("stone"),), ((stone,),)),
    )
    return None


@click.group("yard")
def yard():
    """A yard of stones."""


yard.add_command(weigh)


@pytest.fixture(autouse=True)
def _stones(monkeypatch):
    """Hang two commands of a made-up room into the house, as a colleague would."""
    room = ModuleType("stones")
    room.weigh, room.yard = weigh, yard
    monkeypatch.setitem(sys.modules, "stones", room)
    monkeypatch.setitem(cli.VERBS, "weigh", cli.Verb("stones:weigh", "Weigh a stone", "称石头"))
    monkeypatch.delenv("QINGLIAN_BOOK", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _dimension(monkeypatch):
    room = ModuleType("quarry")
    room.DIMENSION = Dimension("quarry", "Green quarry", "绿色采石", "stones:yard")
    monkeypatch.setitem(sys.modules, "quarry", room)
    good = EntryPoint("quarry", "quarry:DIMENSION")
    broken = EntryPoint("ruin", "no_such_module_at_all:DIMENSION")
    monkeypatch.setattr(cli, "_entries", lambda: (good, broken))


def test_help_names_the_verbs_and_exit_codes(capsys):
    assert cli.run(["--help"]) == Exit.OK
    page = capsys.readouterr().out
    assert "Weigh a stone" in page
    for code in Exit:
        assert f"{int(code)} " in page


def test_help_in_chinese(capsys):
    assert cli.run(["--lang", "zh", "--help"]) == Exit.OK
    page = capsys.readouterr().out
    assert page.startswith("用法：qinglian")
    assert "称石头" in page
    assert "选项" in page
    assert "Options" not in page


def test_help_of_a_command_is_in_the_readers_language(capsys):
    assert cli.run(["weigh", "--help"]) == Exit.OK
    assert "measure, decide, verify, disclose" in capsys.readouterr().out
    assert cli.run(["--lang", "zh", "weigh", "--help"]) == Exit.OK
    page = capsys.readouterr().out
    assert "一个组织一本账" in page
    assert "以 JSON 输出，供程序使用。  [default: left]" in page
    assert "账本所在文件夹" in page


def test_nothing_heavy_is_loaded_for_help():
    code = "import sys; from qinglian.cli import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: qinglian" in done.stdout or "用法：" in done.stdout
    assert not HEAVY & set(done.stderr.split())


@pytest.mark.parametrize("name", [name for name in cli.VERBS if name != "weigh"])
def test_every_verb_of_the_table_is_there_and_documented(name, capsys):
    for language in ("zh", "en"):
        assert cli.run(["--lang", language, name, "--help"]) == Exit.OK
        assert "--json" in capsys.readouterr().out


def test_no_words_print_the_help_as_a_usage_error(capsys):
    assert cli.run([]) == Exit.USAGE
    assert "Usage: qinglian" in capsys.readouterr().err


def test_version(capsys):
    assert cli.run(["--version"]) == Exit.OK
    name, number = capsys.readouterr().out.split()
    assert name == "qinglian"
    assert number[0].isdigit()


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--book", "b", "weigh", "s"],
        ["weigh", "--json", "--book", "b", "s"],
        ["weigh", "s", "--book", "b", "--json"],
        ["--book", "a", "weigh", "s", "--book", "b", "--json"],
    ],
)
def test_global_options_stand_anywhere(words, capsys):
    assert cli.run(words) == Exit.OK
    assert json.loads(capsys.readouterr().out) == {"stone": "s", "twice": False, "book": "b"}


def test_the_book_comes_from_the_environment_unless_named(monkeypatch, capsys):
    monkeypatch.setenv("QINGLIAN_BOOK", "from-env")
    cli.run(["--json", "weigh", "s"])
    cli.run(["--json", "--book", "named", "weigh", "s"])
    assert [json.loads(line)["book"] for line in capsys.readouterr().out.splitlines()] == [
        "from-env",
        "named",
    ]


def test_the_book_is_book_by_default(capsys):
    cli.run(["--json", "weigh", "s"])
    assert json.loads(capsys.readouterr().out)["book"] == "book"


def test_a_command_called_twice_gets_the_options_once():
    first = cli._load("stones:weigh")
    again = cli._load("stones:weigh")
    assert first is again
    assert sum(isinstance(option, GlobalOption) for option in again.params) == 4


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["weigh", "light"], Exit.INCOMPLETE),
        (["weigh", "bad"], Exit.REFUSED),
        (["weigh", "file"], Exit.REFUSED),
        (["weigh", "full"], Exit.REFUSED),
        (["weigh", "stop"], Exit.INTERRUPTED),
        (["weigh"], Exit.USAGE),
        (["weigh", "s", "--thrice"], Exit.USAGE),
        (["weigh", "s", "t"], Exit.USAGE),
        (["fly"], Exit.USAGE),
        (["--lang", "fr", "weigh", "s"], Exit.USAGE),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_users_mistake_is_an_exit_code_and_never_a_traceback(words, code, language, capsys, monkeypatch):
    monkeypatch.setenv("LANG", language)
    assert cli.run(words) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    if code in {Exit.REFUSED, Exit.USAGE}:
        assert ("Fix:" if language == "en" else "办法：") in err


@pytest.mark.parametrize(
    ("words", "code"), [(["weigh", "bad"], 1), (["fly"], 2), (["weigh", "file"], 1), (["weigh"], 2)]
)
def test_problems_are_json_for_programs(words, code, capsys):
    assert cli.run([*words, "--json"]) == code
    (problem,) = json.loads(capsys.readouterr().err)["problems"]
    assert problem["code"]
    assert problem["message"]
    assert problem["fix"]


def test_a_refusal_can_have_an_exit_code_of_its_own(monkeypatch, capsys):
    monkeypatch.setitem(cli.EXITS, "core.number_unreadable", Exit.CONFLICT)
    assert cli.run(["weigh", "bad"]) == Exit.CONFLICT
    assert "a.csv" in capsys.readouterr().err


def test_a_programming_error_is_not_hidden():
    with pytest.raises(KeyError):
        cli.run(["weigh", "taken"])  # its text key does not exist


@pytest.mark.usefixtures("_dimension")
def test_a_dimension_is_found_by_its_entry_point(capsys):
    assert cli.run(["--help"]) == Exit.OK
    assert "Green quarry" in capsys.readouterr().out
    assert cli.run(["--lang", "zh", "--help"]) == Exit.OK
    assert "绿色采石" in capsys.readouterr().out
    assert cli.run(["quarry", "weigh", "s", "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["stone"] == "s"


@pytest.mark.usefixtures("_dimension")
def test_a_broken_dimension_does_not_take_the_help_with_it(capsys):
    assert cli.run(["--help"]) == Exit.OK
    assert "ModuleNotFoundError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_follows_the_locale(environment, language):
    assert system_language(environment) == language


@pytest.mark.parametrize(
    "fields",
    [
        ("Quarry", "Green quarry", "绿色采石", "stones:yard"),
        ("quarry", " ", "绿色采石", "stones:yard"),
        ("quarry", "Green quarry", "", "stones:yard"),
        ("quarry", "Green quarry", "绿色采石", "stones.yard"),
    ],
)
def test_a_dimension_states_all_of_itself(fields):
    with pytest.raises(QinglianError) as caught:
        Dimension(*fields)
    assert caught.value.code == "core.dimension_invalid"
    use_language("zh")
    assert caught.value.problem.fix()


def test_every_exit_code_of_its_own_belongs_to_a_real_error():
    assert all(entry(code)["fix_en"] for code in cli.EXITS)


def in_ascii(*words):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "zh_CN"}
    command = [sys.executable, "-m", "qinglian", *words]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


def test_a_terminal_without_chinese_is_no_error():
    done = in_ascii("--help")
    assert done.returncode == Exit.OK
    assert b"--lang" in done.stdout


def test_json_is_utf8_on_every_terminal():
    (problem,) = json.loads(in_ascii("--json", "fly").stderr.decode("utf-8"))["problems"]
    assert problem["message"] == "没有命令 fly"


def test_a_closed_pipe_is_no_error():
    program = f"{sys.executable} -m qinglian --help | head -c 1"
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=True)
    assert len(done.stdout) == 1
    assert done.stderr == ""


def test_python_dash_m_is_the_same_program():
    done = subprocess.run(
        [sys.executable, "-m", "qinglian", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("qinglian ")
