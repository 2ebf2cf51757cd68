"""The hall on PostgreSQL, by one address: its own tables, and each book in a schema of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.conftest import postgresql_url  # noqa: F401 - a fixture

pytestmark = pytest.mark.postgresql

SCRIPT = Path(__file__).with_name("on_postgresql.py")


def test_a_year_on_postgresql(postgresql_url, tmp_path):  # noqa: F811 - the fixture
    """In a process of its own, as Django's database is chosen once per process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QINGLIAN_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    environment = {**kept, "QINGLIAN_DATABASE_URL": postgresql_url}
    command = [sys.executable, str(SCRIPT), str(tmp_path / "data")]
    root = str(SCRIPT.parents[2])
    done = subprocess.run(
        command,
        env={**environment, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "published" in done.stdout
