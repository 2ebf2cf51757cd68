"""Faults: killed writers, two writers at once, a full disk. What was acknowledged is there exactly once.

The light rounds always run; ``pytest --heavy tests/ledger/test_faults.py`` kills sixty writers per action.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ledger import database, evidence
from qinglian.ledger.audit import audit
from qinglian.ledger.book import open_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.files import TEMPORARY
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posting import post
from qinglian.ledger.segments import inbox_rows, seal
from tests.ledger.conftest import ACTOR, YEAR, fact
from tests.ledger.writer import ROWS, batch

ROOT = Path(__file__).parents[2]
LIGHT, HEAVY = 3, 60


def start(book, action, name="w", count=10_000, limit=None):
    command = [sys.executable, "-m", "tests.ledger.writer", str(book.folder), action, name, str(count)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit
    )


def killed_after(process, seconds):
    """Wait for the first word, let it work for a while, kill it; return what it acknowledged."""
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    timer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
    timer.start()
    said = process.stdout.read().splitlines()
    process.wait()
    timer.cancel()
    process.stderr.close()
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    return said


def numbers(said):
    return [int(line.split()[1]) for line in said if line.startswith("posted ")]


def assert_whole(book, acknowledged, *, name="w"):
    """Every acknowledged batch is there once; at most one more was committed and could not be said."""
    again = open_book(book.folder)
    result = audit(again)
    assert result.passed, [str(finding.problem) for finding in result.findings]
    read = read_inventory(again, calculate(again, ACTOR, YEAR).id)
    location = [line for line in read.lines if line.rule.id == "s2.location.electricity"]
    kwh = sum((line.quantity for line in location), Fraction(0))
    assert kwh % ROWS == 0, "half a batch"
    present = int(kwh / ROWS)
    assert present - len(acknowledged) in {0, 1}
    for number in acknowledged:
        shown = post(again, ACTOR, batch(name, number))
        assert (shown.posted, len(shown.already), len(shown.conflicts)) == (0, ROWS, 0)
    assert audit(again).passed
    assert not [path for path in again.segment_folder.iterdir() if path.name.startswith(TEMPORARY)]
    return present


def kill_many(book, action, rounds, seed):
    draw = random.Random(seed)
    total = 0
    for turn in range(rounds):
        name = f"w{turn}"
        # Killed anywhere between the first statement and some batches later.
        said = killed_after(start(book, action, name), draw.uniform(0.0, 0.6))
        posted = numbers(said)
        total += len(posted)
        check_round(book, name, posted)
    return total


def check_round(book, name, acknowledged):
    again = open_book(book.folder)
    assert audit(again).passed
    for number in acknowledged:
        shown = post(again, ACTOR, batch(name, number))
        assert (shown.posted, len(shown.already), len(shown.conflicts)) == (0, ROWS, 0)
    # The batch that was being written is there wholly, or not at all.
    following = post(again, ACTOR, batch(name, len(acknowledged)))
    assert (following.posted, len(following.already)) in {(ROWS, 0), (0, ROWS)}
    assert following.conflicts == []


@pytest.mark.parametrize("action", ["import", "seal", "calculate"])
def test_a_killed_writer_loses_nothing_it_acknowledged(lite, action):
    kill_many(lite, action, LIGHT, seed=action)
    finish(lite)


@pytest.mark.heavy
@pytest.mark.parametrize("action", ["import", "seal", "calculate"])
def test_sixty_killed_writers_lose_nothing(lite, action):
    assert kill_many(lite, action, HEAVY, seed=f"heavy {action}") > 0
    finish(lite)


@pytest.mark.postgresql
def test_a_killed_writer_on_postgresql(make_book, postgresql_url):
    book = make_book(postgresql_url)
    kill_many(book, "import", 1, seed=2)
    finish(book)


def finish(book):
    """The whole book still calculates; what is in it is a whole number of batches; nothing half lies about."""
    read = read_inventory(book, calculate(book, ACTOR, YEAR).id)
    kwh = sum(
        (line.quantity for line in read.lines if line.rule.id == "s2.location.electricity"), Fraction(0)
    )
    assert kwh > 0
    assert kwh % ROWS == 0
    assert audit(book).passed
    assert not [path for path in book.segment_folder.iterdir() if path.name.startswith(TEMPORARY)]


def test_a_crash_between_the_file_and_the_commit_changes_nothing(lite, monkeypatch):
    """The segment is on disk, the commit never comes: the next seal sweeps it and lists its own."""
    post(lite, ACTOR, batch("w", 0))
    from qinglian.ledger import chain

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(chain, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            seal(lite, ACTOR)
    assert len(list(lite.segment_folder.iterdir())) == 1, "the file was written before the commit"
    assert audit(lite).passed
    with lite.read() as connection:
        assert inbox_rows(connection) == ROWS
    assert_whole(lite, [0])


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_two_writers_at_once(make_book, kind, request):
    book = make_book(request.getfixturevalue("postgresql_url") if kind == "postgresql" else None)
    writers = [start(book, action, name, 4) for action, name in (("seal", "a"), ("import", "b"))]
    for process in writers:
        said, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint
        assert numbers(said.splitlines()) == [0, 1, 2, 3]
    read = read_inventory(book, calculate(book, ACTOR, YEAR).id)
    kwh = sum(line.quantity for line in read.lines if line.rule.id == "s2.location.electricity")
    assert kwh == 2 * 4 * ROWS
    assert audit(book).passed


def test_two_writers_of_the_same_file_post_it_once(book, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x")
    results, errors = [], []

    def write():
        try:
            own = open_book(book.folder)
            results.append(post(own, ACTOR, batch("w", 0), source=evidence.store(own, path)).posted)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(results) == [0, 0, 0, ROWS]
    assert audit(book).passed


def test_a_writer_that_waits_too_long_is_told_so(lite, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    with lite.write(ACTOR, "hold"):
        other = open_book(lite.folder)
        with pytest.raises(QinglianError) as error:
            post(other, ACTOR, [fact()])
    assert error.value.code == "ledger.book_busy"


def test_a_reader_sees_one_snapshot_while_another_writes(book):
    post(book, ACTOR, batch("w", 0))
    with book.read() as connection:
        before = inbox_rows(connection)
        post(open_book(book.folder), ACTOR, batch("w", 1))
        assert inbox_rows(connection) == before == ROWS
    with book.read() as connection:
        assert inbox_rows(connection) == 2 * ROWS


def test_a_full_disk_posts_nothing_and_says_so(lite):
    """A process that may not write a file beyond 300 kB stands for a disk without room."""
    script = """
import json, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from qinglian.core.errors import QinglianError
from qinglian.ledger.book import open_book
from qinglian.ledger.posting import post
from tests.ledger.conftest import ACTOR, fact
book = open_book(Path(sys.argv[1]))
try:
    post(book, ACTOR, (fact("1", reference=str(n) * 20) for n in range(20000)))
except QinglianError as error:
    print(json.dumps(error.code))
"""

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    head = lite.head()
    done = subprocess.run(
        [sys.executable, "-c", script, str(lite.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=small,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == "ledger.disk_full"
    assert lite.head() == head
    assert audit(lite).passed
    with lite.read() as connection:
        assert inbox_rows(connection) == 0
    assert post(lite, ACTOR, batch("w", 0)).posted == ROWS


def test_no_room_for_a_segment_leaves_the_inbox_as_it_was(lite, monkeypatch):
    import errno

    import pyarrow.parquet as pq

    post(lite, ACTOR, batch("w", 0))

    def full(table, path, **_):
        Path(path).write_bytes(b"half a file")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", full)
        with pytest.raises(QinglianError) as error:
            seal(lite, ACTOR)
    assert error.value.code == "ledger.disk_full"
    assert list(lite.segment_folder.iterdir()) == []
    assert_whole(lite, [0])


def test_a_killed_writer_does_not_keep_the_lock(lite):
    killed_after(start(lite, "import"), 0.5)
    began = time.monotonic()
    post(open_book(lite.folder), ACTOR, [fact(reference="after")])
    assert time.monotonic() - began < database.BUSY_SECONDS
