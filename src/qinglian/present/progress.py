"""How far a long step is: a bar on a terminal, now and then a line elsewhere, nothing for programs."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from qinglian.core.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as RichProgress

PATIENCE = 2.0
"""Seconds before anything is shown: a step that ends sooner says nothing."""

LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class Progress(Protocol):
    """What a long step calls as it goes."""

    def advance(self, amount: int = 1) -> None:
        """Say that so many more are done."""


class Silent:
    """Progress nobody watches."""

    def advance(self, amount: int = 1) -> None:
        """Do nothing."""


class Lines:
    """Progress as lines of text, for logs."""

    def __init__(self, label: str, total: int | None, stream: TextIO) -> None:
        self._label, self._total, self._stream = label, total, stream
        self._done, self._said = 0, False
        self._begun = time.monotonic()
        self._next = self._begun + PATIENCE

    def advance(self, amount: int = 1) -> None:
        """Count, and write a line if the last one is old."""
        self._done += amount
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LINE_EVERY
            self._write()

    def close(self) -> None:
        """Write the last line, if there was a first."""
        if self._said:
            self._write()

    def _write(self) -> None:
        self._said = True
        seconds = round(time.monotonic() - self._begun)
        key = "present.progress" if self._total is None else "present.progress_of"
        self._stream.write(
            text(key, label=self._label, done=self._done, total=self._total, seconds=seconds) + "\n"
        )
        self._stream.flush()


class Bar:
    """Progress as a moving bar, shown by a timer: a step that never calls `advance` is seen too."""

    def __init__(self, label: str, total: int | None) -> None:
        self._label, self._total, self._done = label, total, 0
        self._lock = threading.Lock()
        self._view: RichProgress | None = None
        self._closed = False
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def advance(self, amount: int = 1) -> None:
        """Count, and move the bar if it is there."""
        with self._lock:
            self._done += amount
            if self._view is not None:
                self._view.update(self._view.task_ids[0], completed=self._done)

    def close(self) -> None:
        """Take the bar off the screen."""
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._view is not None:
                self._view.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        with self._lock:
            if self._closed:
                return
            self._view = RichProgress(console=Console(stderr=True), transient=True)
            self._view.add_task(self._label, total=self._total, completed=self._done)
            self._view.start()


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Progress]:
    """Show how far a step is, on standard error, once it has taken two seconds.

    Parameters
    ----------
    label
        What is being done, in the reader's language.
    total
        How many there are to do; `None` if nobody knows.
    """
    shown: Bar | Lines = Bar(label, total) if sys.stderr.isatty() else Lines(label, total, sys.stderr)
    try:
        yield shown
    finally:
        shown.close()
