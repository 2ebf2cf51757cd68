"""OR-Tools and highspy in one process, whichever is loaded first: both carry a copy of HiGHS.

Versions of highspy from 1.15 on are said to crash beside OR-Tools 9.12 to 9.15. The room itself uses OR-Tools
alone (GLOP, CP-SAT); users and peers may load both.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations

import pytest

USE = {
    "highspy": """
import highspy
h = highspy.Highs()
h.setOptionValue("output_flag", False)
x = h.addVariable(lb=0, ub=4)
h.maximize(x)
assert h.getObjectiveValue() == 4
""",
    "cp_model": """
from ortools.sat.python import cp_model
m = cp_model.CpModel()
v = m.new_int_var(0, 5, "v")
m.maximize(v)
s = cp_model.CpSolver()
assert s.solve(m) == cp_model.OPTIMAL and s.objective_value == 5
""",
    "pywraplp": """
from ortools.linear_solver import pywraplp
for name in ("GLOP", "HIGHS"):
    s = pywraplp.Solver.CreateSolver(name)
    x = s.NumVar(0, 3, "x")
    s.Maximize(x)
    assert s.Solve() == s.OPTIMAL and abs(x.solution_value() - 3) < 1e-9
""",
}


@pytest.mark.parametrize("first", ["highspy", "ortools"])
def test_both_load_and_solve_in_either_order(first):
    pytest.importorskip("ortools")
    pytest.importorskip("highspy")
    own = ["cp_model", "pywraplp"]
    order = ["highspy", *own] if first == "highspy" else [*own, "highspy"]
    done = _run("".join(USE[name] for name in order) + "".join(USE[name] for name in reversed(order)))
    assert done.returncode == 0, done.stderr


@pytest.mark.heavy
@pytest.mark.parametrize("order", list(permutations(USE)))
def test_every_order_of_use(order):
    done = _run("".join(USE[name] for name in order))
    assert done.returncode == 0, done.stderr


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
