"""Which factor sets may meet in one total: only those of one method."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def _families() -> dict[str, str]:
    document = tomllib.loads(Path(__file__).with_name("methods.toml").read_text(encoding="utf-8"))
    return {pack: family for family, row in document.items() for pack in row["packs"]}


def method_of(pack: str) -> str:
    """Return the method of a factor pack; one that is not known is a method of its own."""
    return _families().get(pack, pack)


def require_one_method(packs: Iterable[str]) -> str:
    """Return the one method behind these packs.

    Raises
    ------
    QinglianError
        ``packaging.methods_mixed`` naming the packs by method.
    """
    by_method: dict[str, set[str]] = {}
    for pack in packs:
        by_method.setdefault(method_of(pack), set()).add(pack)
    if len(by_method) != 1:
        shown = "; ".join(f"{name}: {', '.join(sorted(found))}" for name, found in sorted(by_method.items()))
        raise QinglianError("packaging.methods_mixed", methods=shown or "-")
    return next(iter(by_method))
