"""Engines lent for a question and kept for the next one: to open one takes longer than most questions.

An engine holds no view and no table between two questions. Each is lent to one borrower at a time, so threads
never share one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from qinglian.ledger.engines import Engine, open_engine

MOST_IDLE = 4
"""Engines of one folder that wait to be lent again."""
_idle: dict[Path, list[Engine]] = defaultdict(list)
_lock = Lock()


@contextmanager
def lent_engine(spill: Path) -> Iterator[Engine]:
    """Lend the embedded engine; one that failed is not lent again.

    Parameters
    ----------
    spill
        Folder for what does not fit into memory: a book's cache folder.
    """
    with _lock:
        waiting = _idle[spill]
        engine = waiting.pop() if waiting else None
    engine = engine or open_engine(spill=spill)
    try:
        yield engine
    except BaseException:
        engine.close()
        raise
    with _lock:
        if len(_idle[spill]) < MOST_IDLE:
            _idle[spill].append(engine)
            return
    engine.close()
