"""Where compiled kernels are kept between runs: a folder of the user, one per version of the kernels' source.

Numba keys its files by the source of one function only, so a changed callee in another file could go
unnoticed; a folder named after all sources prevents it. Without a writable place kernels are compiled anew in
each process.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar, cast

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def folder() -> Path | None:
    """Return a writable folder for compiled kernels, or None."""
    name = f"kernels-{_digest()}"
    for base in _places():
        found = base / "qinglian" / name
        try:
            found.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=found):
                return found
        except OSError:
            continue
    return None


def _places() -> list[Path]:
    given = [os.environ.get(name, "") for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA")]
    places = [Path(text) for text in given if text]
    with suppress(RuntimeError):  # no home
        places.append(Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache"))
    user = os.getuid() if hasattr(os, "getuid") else 0
    return [*places, Path(tempfile.gettempdir()) / f"qinglian-{user}"]


def _digest() -> str:
    digest = hashlib.sha256(sys.version.encode())
    try:
        digest.update(version("numba").encode())
    except PackageNotFoundError:
        digest.update(b"none")
    for path in sorted(Path(__file__).parent.glob("kernel*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def compiled(function: Compiled) -> Compiled:
    """Compile a function when it is first called; without the GIL, unchecked, kept on disk where possible."""
    import numba

    settings: Any = numba.config
    before, place = settings.CACHE_DIR, _PLACE
    settings.CACHE_DIR = "" if place is None else str(place)
    made: Any
    try:
        made = numba.njit(nogil=True, error_model="numpy", cache=place is not None)(function)
    except RuntimeError:  # no locator can write
        made = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings.CACHE_DIR = before
    return cast("Compiled", made)


def inner(function: Compiled) -> Compiled:
    """Compile what only compiled functions call: it needs no way in from Python and no file."""
    import numba

    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made: Any = numba.njit(nogil=True, error_model="numpy", **options)
    return cast("Compiled", made(function))


def merged(function: Compiled) -> Compiled:
    """Compile a function into each place that calls it: for many arguments, which a call would hand over."""
    import numba

    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True}
    made: Any = numba.njit(nogil=True, error_model="numpy", **options)
    return cast("Compiled", made(function))


def _borrowed() -> Any:
    """Make the function `borrowed`: an array whose owner stays alive elsewhere, so that nobody counts it."""
    from numba.core import cgutils
    from numba.extending import intrinsic

    @intrinsic
    def borrowed(context: Any, array: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            made = context.make_array(signature.args[0])(context, builder, value=arguments[0])
            null: Any = cgutils.get_null_value
            made.meminfo, made.parent = null(made.meminfo.type), null(made.parent.type)
            return made._getvalue()

        return array(array), generate

    return borrowed


borrowed = _borrowed()
_PLACE = folder()
