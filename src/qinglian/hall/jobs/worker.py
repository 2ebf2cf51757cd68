"""The worker: Django's task worker, with a look-out for jobs whose worker has died."""

from __future__ import annotations

import logging
import threading

from django.core.management import call_command
from django.db import close_old_connections

from qinglian.hall.jobs.tasks import recover

RECOVER_EVERY = 10.0
"""Seconds between two looks for lost jobs."""
INTERVAL = 0.3
"""Seconds between two looks for new ones."""
log = logging.getLogger("qinglian.jobs")


def work(*, until_empty: bool = False) -> None:
    """Work until told to stop, or until there is nothing left."""
    recover()
    if not until_empty:
        threading.Thread(target=_look_out, daemon=True).start()
    options = {
        "interval": INTERVAL,
        "startup_delay": False,
        "reload": False,
        "batch": until_empty,
        "verbosity": 0,
    }
    call_command("db_worker", **options)


def _look_out() -> None:
    pause = threading.Event()
    while not pause.wait(RECOVER_EVERY):
        try:
            close_old_connections()
            recover()
        except Exception:  # a database that is busy now may answer in ten seconds
            log.exception("looking for lost jobs")
