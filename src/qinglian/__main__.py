"""`python -m qinglian` is `qinglian`."""

from __future__ import annotations

from qinglian.cli import main

main()
