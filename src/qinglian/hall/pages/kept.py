"""What a page has worked out, kept under everything it depends on; a changed book has another key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

T = TypeVar("T")
MOST = 64
_found: OrderedDict[Hashable, object] = OrderedDict()
_lock = Lock()


def kept(key: Hashable, build: Callable[[], T]) -> T:
    """Return what was built under a key, or build it."""
    with _lock:
        if key in _found:
            _found.move_to_end(key)
            return _found[key]  # type: ignore[return-value]
    built = build()
    with _lock:
        _found[key] = built
        while len(_found) > MOST:
            _found.popitem(last=False)
    return built
