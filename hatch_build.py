"""Build hook: fetches the charts' script by version and hash into the package; without a network, goes on.

See ``qinglian.hall.vendor``, which is loaded here by its file: it needs nothing but the standard library.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FetchCharts(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel, editable or not, is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing and put it into the wheel."""
        path = Path(self.root) / "src" / "qinglian" / "hall" / "vendor.py"
        spec = importlib.util.spec_from_file_location("qinglian_vendor", path)
        assert spec is not None
        assert spec.loader is not None
        vendor = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(vendor)
        vendor.main()
