"""A recycler's certificate recomputed: the statement that fails is named."""

from __future__ import annotations

import pytest
from tests.recycling.folders import write

from qinglian.recycling.readers import read
from qinglian.recycling.verify import verify_certificates

HEAD = "certificate,lot,issued,issuer,received_kg,recovered_kg,rate\n"


def failed(folder, row):
    return [
        problem.code for problem in verify_certificates(read(write(folder, certificates=HEAD + row + "\n")))
    ]


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("C,R-1,2025-06-30,Recycler A,700,,", []),
        ("C,R-1,2025-06-30,Recycler A,706,,", []),  # within the lot's tolerance of 1 %
        ("C,R-1,2025-06-30,Recycler A,708,,", ["recycling.certified_received"]),
        ("C,R-1,2025-04-19,Recycler A,700,,", ["recycling.certified_received"]),  # before it was handed over
        ("C,R-1,2025-06-30,Recycler B,700,,", ["recycling.certified_received"]),
        ("C,R-1,2025-06-30,HEF,0,300,", []),
        ("C,R-1,2025-06-30,HEF,0,301,", ["recycling.certified_recovered"]),
        (
            "C,R-1,2025-06-30,Recycler A,700,530,",
            ["recycling.certified_unrecorded"],
        ),  # landfill was not weighed
        ("C,R-1,2025-06-30,Recycler A,700,,0.8", ["recycling.certified_rate_alone"]),
    ],
)
def test_statements(tmp_path, row, codes):
    assert failed(tmp_path, row) == codes


def test_a_rate_follows_from_the_masses_within_its_rounding(tmp_path):
    weighed = (
        "lot,day,outcome,mass_kg,recovered_kg,material,treated_by\n"
        "R-1,2025-05-03,recycle,400,380,aluminium,Recycler A\nR-1,2025-06-03,recycle,200,150,plastics,Recycler A\n"
    )
    for rate, codes in (("0.757", []), ("0.7571", []), ("0.758", ["recycling.certified_rate"])):
        rows = HEAD + f"C,R-1,2025-06-30,Recycler A,700,530,{rate}\n"
        folder = write(tmp_path / rate, dispositions=weighed, certificates=rows)
        assert [problem.code for problem in verify_certificates(read(folder))] == codes
