from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.canonical import canonical_json, sha256_file, sha256_hex


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        ('中文 "q" \n', '"中文 \\"q\\" \\n"'),
        (Decimal("1.50"), '"1.5"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("1E-7"), '"0.0000001"'),
        (Fraction(6, 4), '"3/2"'),
        (Fraction(3), '"3/1"'),
        (date(2022, 3, 1), '"2022-03-01"'),
        (datetime(2022, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))), '"2022-03-01T00:00:00Z"'),
        (datetime(2022, 3, 1, 0, 0, 0, 5, tzinfo=UTC), '"2022-03-01T00:00:00.000005Z"'),
        ({"b": 1, "a": (1, 2), "é": []}, '{"a":[1,2],"b":1,"é":[]}'),
    ],
)
def test_forms(value, form):
    assert canonical_json(value) == form.encode()


@pytest.mark.parametrize("value", [1.0, [1.5], {"a": float("nan")}, {1: 2}, {"a", "b"}, b"x", object()])
def test_refuses_types_without_a_form(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_refuses_times_without_zone():
    with pytest.raises(ValueError, match="zone"):
        canonical_json(datetime(2022, 1, 1))  # noqa: DTZ001 - the point of the test


exact = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(exact)
def test_json_reads_it_back(value):
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=1))
def test_key_order_does_not_matter(mapping):
    assert canonical_json(mapping) == canonical_json(dict(reversed(mapping.items())))


def test_sha256(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 100_000)
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_file(path) == sha256_file(str(path)) == hashlib.sha256(path.read_bytes()).hexdigest()
