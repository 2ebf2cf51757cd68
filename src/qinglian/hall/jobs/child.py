"""The process a job runs in: it knows the book and no Django, and can be killed at any time.

It reads requests (JSON, one per line) from standard input and writes a JSON document per line to standard
output: ``{"progress": …}`` as it goes, then ``{"result": …}`` or ``{"problems": […]}``; then it waits for the
next. When standard input closes, its worker is gone, and it ends itself, also in the middle of a job: a book
is only ever changed whole, so nothing is lost.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.hall.places import told
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, open_book

KINDS: dict[str, str] = {
    "import": "qinglian.hall.jobs.importing:run",
    "calculate": "qinglian.hall.jobs.calculating:run",
    "plan": "qinglian.hall.jobs.planning:run",
    "report": "qinglian.hall.jobs.reporting:run",
    "pack": "qinglian.hall.jobs.packing:run",
}
EVERY = 0.25
"""Least seconds between two lines of progress."""
ORPHANED = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What a job is to do."""

    kind: str
    book: Path
    actor: Actor
    language: str
    parameters: dict[str, Any]


@dataclass(slots=True)
class Teller:
    """Tells the worker how far the job is: a `Progress` of the house, and sentences."""

    send: Callable[[dict[str, Any]], None]
    done: int = 0
    total: int | None = None
    _next: float = field(default=0.0)

    def advance(self, amount: int = 1) -> None:
        """Count, and tell now and then."""
        self.done += amount
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY
            self.send({"done": self.done, "total": self.total})

    def say(self, sentence: str) -> None:
        """Tell a sentence."""
        self.send({"done": self.done, "total": self.total, "progress": sentence})


def read_request(text: str) -> Request:
    """Read the line a worker sends."""
    told = json.loads(text)
    actor = Actor(told["actor"]["login"], told["actor"]["name"], authenticated=True)
    return Request(told["kind"], Path(told["book"]), actor, told["language"], told["parameters"])


def perform(request: Request, teller: Teller) -> dict[str, Any]:
    """Do the work in this process and return its result.

    Raises
    ------
    QinglianError
        What the work refuses.
    """
    use_language(request.language)
    module, _, name = KINDS[request.kind].partition(":")
    run: Callable[[Book, Actor, dict[str, Any], Teller], dict[str, Any]] = getattr(
        import_module(module), name
    )
    return run(open_book(request.book), request.actor, request.parameters, teller)


def _listen(requests: queue.Queue[str]) -> None:
    """Hand on requests; end the process when there is nobody to send one."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(ORPHANED)


def main() -> None:
    """Run jobs one after the other."""
    out, lock = sys.stdout, threading.Lock()
    sys.stdout = sys.stderr  # nothing a library prints may look like a line of ours

    def send(document: dict[str, Any]) -> None:
        with lock:
            out.write(json.dumps(document, ensure_ascii=True) + "\n")
            out.flush()

    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        try:
            send({"result": perform(read_request(requests.get()), Teller(send))})
        except QinglianError as refusal:
            send({"problems": [told(problem) for problem in refusal.problems]})


if __name__ == "__main__":
    main()
