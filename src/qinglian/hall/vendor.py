"""Apache ECharts for the pages: fetched from the npm registry when the package is built, by version and hash.

``python -m qinglian.hall.vendor`` fetches it into the package (the build of the wheel does, see
``hatch_build.py``). Where it could not be had, pages show the drawings made on the server: nothing is lost
but tooltips and zoom. Nothing is fetched at run time.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import urllib.request
from pathlib import Path

VERSION = "6.1.0"
TARBALL = f"https://registry.npmjs.org/echarts/-/echarts-{VERSION}.tgz"
TARBALL_SHA256 = "681aff88cc1038c3fa941a3a53d1b177a52250b05335efc607d6105ae13be481"
MEMBERS = {
    "package/dist/echarts.min.js": f"echarts-{VERSION}.min.js",
    "package/LICENSE": "echarts-LICENSE.txt",
}
FOLDER = Path(__file__).parent / "static" / "vendor"
SECONDS = 60


def echarts_path() -> str | None:
    """Return the path of the script below the static address; None where it is not installed."""
    name = MEMBERS["package/dist/echarts.min.js"]
    return f"vendor/{name}" if (FOLDER / name).is_file() else None


def fetch(folder: Path = FOLDER, url: str = TARBALL) -> list[Path]:
    """Fetch, check the hash and unpack; return the files.

    Raises
    ------
    OSError
        Where the registry cannot be reached.
    ValueError
        Where what came has another hash.
    """
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - a constant https address
        content = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != TARBALL_SHA256:
        raise ValueError(f"{url} has SHA-256 {found}, expected {TARBALL_SHA256}")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member, name in MEMBERS.items():
            source = archive.extractfile(member)
            if source is None:
                raise ValueError(f"{url} holds no {member}")
            target = folder / name
            partial = target.with_suffix(".part")
            partial.write_bytes(source.read())
            partial.replace(target)
            written.append(target)
    return written


def main() -> int:
    """Fetch unless it is there; say what happened. Without a network this is no failure."""
    if echarts_path() is not None:
        return 0
    try:
        for path in fetch():
            sys.stderr.write(f"fetched {path.name} from {TARBALL}\n")
    except OSError as error:
        sys.stderr.write(f"Charts stay server-side drawings: {TARBALL} could not be fetched ({error}).\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
