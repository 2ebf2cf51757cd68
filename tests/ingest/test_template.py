from __future__ import annotations

from pathlib import Path

import pytest

from qinglian.ingest.template import template, write_template
from tests.ingest.conftest import ACTIVITIES, FACILITIES, everything, opened


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_with_its_example_is_read_by_the_native_profile(tmp_path: Path, lang: str) -> None:
    write_template(tmp_path / "facts.csv", lang, example=True)
    assert (tmp_path / "facts.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    facilities = {"HF1": FACILITIES["HEF"]}
    file = opened(tmp_path / "facts.csv", facilities=facilities, activities=ACTIVITIES)
    assert not file.notices
    (row,) = everything(file).rows
    assert (row.facility, row.mantissa, row.unit) == ("HF1", 2120505, "kWh")


def test_a_short_template_keeps_the_required_columns() -> None:
    assert template("zh", only=["source"]) == "设施,活动,开始,结束,数量,单位,数据来源\r\n"


def test_a_template_is_never_written_over_a_file(tmp_path: Path) -> None:
    write_template(tmp_path / "facts.csv", "en")
    with pytest.raises(FileExistsError):
        write_template(tmp_path / "facts.csv", "en")
