"""The shipped packs, each read once, and the rows of a table."""

from __future__ import annotations

import pytest

from qinglian.ledger.packs import load_pack, shipped_packs


@pytest.fixture(scope="session")
def packs():
    return {folder.name: load_pack(folder) for folder in shipped_packs()}


@pytest.fixture(scope="session")
def one(packs):
    """Return the one factor of a pack that has these attributes."""

    def find(pack, **wanted):
        found = [
            factor
            for factor in packs[pack].factors
            if all(str(getattr(factor, name)) == str(value) for name, value in wanted.items())
        ]
        assert len(found) == 1, (pack, wanted, len(found))
        return found[0]

    return find


@pytest.fixture(scope="session")
def kg(one):
    """Return the kilograms of one gas of the one factor that has these attributes."""

    def find(pack, gas="CO2e", **wanted):
        (value,) = (value.kg for value in one(pack, **wanted).gases if value.gas == gas)
        return value

    return find
