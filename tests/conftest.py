"""Fixtures and options every room's tests share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from qinglian.core.text import language, use_language

SHARED_DATA = Path(__file__).parents[1] / ".." / "shared" / "data"


# A busy machine is no fault of the code: no test asserts a time, hypothesis' own deadline included.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--heavy", action="store_true", help="also run the tests marked heavy")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--heavy"):
        return
    skip = pytest.mark.skip(reason="heavy: run with --heavy")
    for item in items:
        if item.get_closest_marker("heavy"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the repository, ``../shared/data``."""
    if not SHARED_DATA.is_dir():
        warnings.warn(f"{SHARED_DATA} is missing: tests on real data do not run", stacklevel=2)
        pytest.skip(f"LOUD: real data sets not found at {SHARED_DATA}")
    return SHARED_DATA.resolve()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Start every test in English and put the language back after it."""
    before = language()
    use_language("en")
    yield
    use_language(before)
