"""The README's two walks, English and Chinese, print what the README says they print.

After a change that is meant to show there: ``python -m tests.docs.refresh_readme``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import groupby

import pytest

from tests.docs.reading import ROOT, Step, steps

README = ROOT / "README.md"
CUT = "…"
DIFFERS_EACH_TIME = re.compile(r"(Chain head: |链头：)[0-9a-f]{64}")


def walks() -> list[list[Step]]:
    """Each walk begins by putting the program on the path."""
    number = 0
    numbered = []
    for step in steps(README):
        number += step.command.startswith("export PATH=")
        numbered.append((number, step))
    return [[step for _, step in group] for _, group in groupby(numbered, key=lambda pair: pair[0])]


def run(walk: list[Step], folder) -> list[list[str]]:
    """Type a walk into one shell in a folder that looks like a clone; return what each step printed."""
    program = folder / ".venv" / "bin" / "qinglian"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qinglian "$@"\n')
    program.chmod(0o755)
    shutil.copytree(ROOT / "examples", folder / "examples")
    script = "".join(f"{step.command}\necho\necho '@@@'\n" for step in walk)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QINGLIAN")}
    environment |= {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return [part.strip().splitlines() for part in done.stdout.split("\n@@@\n")[:-1]]


def agrees(shown: str, printed: str) -> bool:
    if shown.endswith(CUT):
        return printed.startswith(shown.removesuffix(CUT))
    heads = DIFFERS_EACH_TIME.match(shown), DIFFERS_EACH_TIME.match(printed)
    return all(heads) or shown == printed.rstrip()


@pytest.mark.skipif(shutil.which("bash") is None, reason="the README is written for a POSIX shell")
@pytest.mark.parametrize(
    "number", [pytest.param(0, id="en"), pytest.param(1, id="zh", marks=pytest.mark.heavy)]
)
def test_the_readme_prints_what_it_says(number, tmp_path):
    walk = walks()[number]
    for step, printed in zip(walk, run(walk, tmp_path), strict=True):
        shown = step.output
        if shown and shown[-1] == CUT:
            shown, printed = shown[:-1], printed[: len(shown) - 1]
        assert len(shown) == len(printed), (step.command, printed)
        for line, found in zip(shown, printed, strict=True):
            assert agrees(line, found), step.command
