"""Splitting lines, their order and their unit change no sum, with and without an accepted footprint."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.units import parse_unit
from qinglian.suppliers.account import Accepted, facts
from qinglian.suppliers.readers import read
from qinglian.suppliers.supplier_pack import activity_of_part
from tests.suppliers.folders import TABLES, write

ZONES = {"HEF": "Asia/Shanghai"}
SUPPLIED = activity_of_part("urn:p:b", "B-1")
HEAD, FIRST, SECOND = TABLES["purchases"].splitlines()


@dataclass(frozen=True)
class Answering:
    """What the account asks of a factor."""

    valid_from: date = date(2025, 1, 1)
    valid_to: date | None = date(2026, 1, 1)
    per_unit: str = "item"


NOTHING = Accepted({})
ACCEPTED = Accepted({(SUPPLIED, "whole"): (Answering(),)})


def sums(found):
    """Amounts in base units by activity."""
    total = defaultdict(Fraction)
    for fact in found:
        total[fact.activity] += Fraction(fact.mantissa, 10**fact.decimals) * parse_unit(fact.unit).scale
    return dict(total)


def line(reference, quantity, unit="kg"):
    return SECOND.replace("PO-2", reference).replace(",500,kg,", f",{quantity},{unit},")


@pytest.mark.parametrize("accepted", [NOTHING, ACCEPTED], ids=["average", "supplier-specific"])
@settings(max_examples=20)
@given(cuts=st.sets(st.integers(1, 499), max_size=4), chance=st.randoms(), share=st.integers(1, 10))
def test_splitting_order_and_unit_change_no_sum(tmp_path_factory, accepted, cuts, chance, share):
    edges = [0, *sorted(cuts), 500]
    lines = [line(f"PO-2-{n}", b - a) for n, (a, b) in enumerate(itertools.pairwise(edges))]
    lines.append(FIRST)
    chance.shuffle(lines)
    parts = TABLES["parts"].replace("0.4,1", f"0.4,{share / 10}")
    folder = tmp_path_factory.mktemp("folders")
    whole = facts(read(write(folder / "whole", parts=parts)), accepted, ZONES)
    split = write(folder / "split", parts=parts, purchases="\n".join([HEAD, *lines]) + "\n")
    tonnes = write(
        folder / "tonnes",
        parts=parts.replace("item,0.4", "item,400"),
        purchases="\n".join([HEAD, FIRST, line("PO-2", "0.5", "t")]) + "\n",
    )
    assert sums(facts(read(split), accepted, ZONES)) == sums(whole)
    assert sums(facts(read(tonnes), accepted, ZONES)) == sums(whole)


def test_a_footprint_outside_its_period_answers_nothing(tmp_path):
    early = Accepted({(SUPPLIED, "whole"): (Answering(date(2024, 1, 1), date(2025, 1, 15)),)})
    folder = read(write(tmp_path))
    assert sums(facts(folder, early, ZONES)) == sums(facts(folder, NOTHING, ZONES))
    assert SUPPLIED in sums(facts(folder, ACCEPTED, ZONES))
