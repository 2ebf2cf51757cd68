"""Arrow's memory pool is changed inside a block only."""

from __future__ import annotations

import pyarrow as pa
import pytest

from qinglian.ledger.engines.memory import system_memory


def test_the_pool_that_was_set_comes_back():
    before = pa.default_memory_pool().backend_name
    with system_memory():
        assert pa.default_memory_pool().backend_name == "system"
    with pytest.raises(ValueError, match="inside"), system_memory():
        raise ValueError("inside")
    assert pa.default_memory_pool().backend_name == before
