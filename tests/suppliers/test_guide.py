"""The guide prints what it says it prints."""

from __future__ import annotations

import pytest

from tests.docs.reading import ROOT, steps
from tests.docs.test_readme import CUT, run

GUIDE = ROOT / "docs" / "how-to" / "suppliers.md"


@pytest.mark.heavy
def test_the_guide_prints_what_it_says(tmp_path):
    walk = steps(GUIDE)
    program = (
        f'qinglian() {{ {tmp_path}/.venv/bin/qinglian "$@" || true; }}'  # a wrong footprint leaves with 4
    )
    walk[0].command = f"{program}\n{walk[0].command}"
    for step, printed in zip(walk, run(walk, tmp_path), strict=True):
        for line in step.output:
            if line != CUT:
                assert line in printed, (step.command, line, printed)
