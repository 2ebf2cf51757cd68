from __future__ import annotations

import os
import pty
import select
import time

import pytest

from qinglian.present import progress as module
from qinglian.present.console import Console
from qinglian.present.progress import progress


@pytest.fixture
def _at_once(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    monkeypatch.setattr(module, "LINE_EVERY", 0.0)


def test_a_short_step_says_nothing(capsys):
    with progress("reading", 3) as step:
        step.advance(3)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("_at_once")
def test_lines_where_there_is_no_terminal(capsys):
    with progress("reading", 3) as step:
        step.advance()
        step.advance(2)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:2] == ["reading: 1 of 3, 0 s", "reading: 3 of 3, 0 s"]


@pytest.mark.usefixtures("_at_once")
def test_lines_without_a_known_total(capsys):
    with progress("reading") as step:
        step.advance(5)
    assert "reading: 5 done, 0 s" in capsys.readouterr().err


@pytest.mark.usefixtures("_at_once")
def test_a_program_is_told_nothing(capsys):
    with Console(as_json=True).progress("reading", 2) as step:
        step.advance(2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("_at_once")
def test_a_person_is_told(capsys):
    with Console().progress("reading", 2) as step:
        step.advance(2)
    assert "reading" in capsys.readouterr().err


def test_an_error_goes_through(capsys):
    with pytest.raises(KeyError), progress("reading"):
        raise KeyError
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("_at_once")
def test_a_bar_on_a_terminal_without_a_single_call(monkeypatch):
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with progress("reading", 4) as step:
            deadline = time.monotonic() + 10
            seen = b""
            while b"reading" not in seen and time.monotonic() < deadline:
                if select.select([ours], [], [], 0.1)[0]:
                    seen += os.read(ours, 4096)
            step.advance(2)
    os.close(ours)
    assert b"reading" in seen
