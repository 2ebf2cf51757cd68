"""Profiles: the built-in ones, files of one's own, and every way to get one wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ingest.profile import load_profile, profile_names


def test_built_in_profiles() -> None:
    assert profile_names() == ("native", "steel")
    for name in profile_names():
        profile = load_profile(name)
        assert (profile.name, bool(profile.title_en), bool(profile.title_zh)) == (name, True, True)
    assert load_profile("steel").time.midnight == "end-of-day"


def test_constants_may_be_added() -> None:
    profile = load_profile("steel").with_constants({"facility": "GY", "lot": "7"})
    assert (profile.constants["facility"], profile.constants["lot"]) == ("GY", "7")
    assert load_profile("steel").constants["facility"] == "gwangyang"
    with pytest.raises(QinglianError, match="facility"):
        load_profile("steel").with_constants({"facilty": "GY"})


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(QinglianError, match="native, steel"):
        load_profile("nativ")


@pytest.mark.parametrize(
    ("content", "code", "key"),
    [
        ("tittle_en = 'x'", "ingest.profile_key", "tittle_en"),
        ("[time]\nzones = 'UTC'", "ingest.profile_key", "time.zones"),
        ("[table]\nskip_rows = 'two'", "ingest.profile_type", "table.skip_rows"),
        ("[table]\nskip_rows = -1", "ingest.profile_value", "table.skip_rows"),
        ("decimal_comma = 1", "ingest.profile_type", "decimal_comma"),
        ("ignore = 'x'", "ingest.profile_type", "ignore"),
        ("columns = 3", "ingest.profile_type", "columns"),
        ("[columns]\nquantity = true", "ingest.profile_type", "columns.quantity"),
        ("[columns]\nquantitty = 'x'", "ingest.profile_column", "columns.quantitty"),
        ("[constants]\nfacilty = 'x'", "ingest.profile_column", "constants.facilty"),
        ("[values.units]\na = 'b'", "ingest.profile_column", "values.units"),
        ("[time]\ndates = 'day-last'", "ingest.profile_value", "time.dates"),
        ("[time]\nmidnight = 'noon'", "ingest.profile_value", "time.midnight"),
        ("[time]\nzone = 'Asia/Beijing'", "core.zone_unknown", "time.zone"),
        ("[time]\ncolumn = 'date'", "ingest.profile_time", "time"),
        ("[time]\ninterval_minutes = 15", "ingest.profile_time", "time"),
        ("[time]\ncolumn='d'\ninterval_minutes=15\n[columns]\nstart='s'", "ingest.profile_time", "time"),
        ("a = ", "ingest.profile_unreadable", None),
    ],
)
def test_a_bad_profile_names_its_key(tmp_path: Path, content: str, code: str, key: str | None) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(QinglianError) as caught:
        load_profile(path)
    assert caught.value.code == code
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.column) == (str(path), key)
    assert str(caught.value)


def test_a_bad_encoding_is_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes("title_zh = '钢铁'".encode("gb18030"))
    with pytest.raises(QinglianError) as caught:
        load_profile(path)
    assert caught.value.code == "ingest.profile_unreadable"
