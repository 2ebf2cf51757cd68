"""The demonstration's folder: it says by shipment what the example's freight file says by class."""

from __future__ import annotations

from pathlib import Path

from qinglian.logistics.booking import ruled
from qinglian.logistics.intensity import shipped_factors
from qinglian.logistics.readers import read
from qinglian.logistics.synthetic import write_folder
from qinglian.logistics.verify import verify_chain

FOLDER = Path(__file__).parents[2] / "examples" / "laptop-maker" / "logistics"


def test_the_example_folder_is_what_is_written(tmp_path):
    for path in write_folder(tmp_path):
        assert (FOLDER / path.name).read_bytes() == path.read_bytes()


def test_the_statement_that_is_wrong_on_purpose_is_the_one_that_fails():
    chain = [one.leg for one in ruled(read(FOLDER), shipped_factors())]
    (failed,) = verify_chain(chain).failed
    assert failed.code == "logistics.claimed_wtw_wrong"
    assert failed.params["name"] == "AIR-HEF-202204/1"


def test_every_table_says_that_it_is_synthetic():
    for name in ("carriers", "energy", "shipments", "tocs", "trips"):
        assert "SYNTHETIC 合成数据" in (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
