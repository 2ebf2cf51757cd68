"""A stretch of work without the cyclic garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the search for cycles while a block makes very many small objects and no cycles.

    Objects are freed by their reference counts all the same. Where a pack has thousands of factors the search
    for cycles took a fifth of the CPU of a calculation. Nested blocks and a collector that is already
    off are left as they were found.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
