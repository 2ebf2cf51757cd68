"""Types the README's walks again and writes what they print into it: ``python -m tests.docs.refresh_readme``.

What the page cuts short with ``…`` stays as short; look at the difference before committing it.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.docs.reading import Step
from tests.docs.test_readme import CUT, README, run, walks

WIDTH = 200


def console(step: Step, printed: list[str]) -> str:
    """Write one step as the page shows it."""
    if step.output and step.output[-1] == CUT:
        printed = [*printed[: len(step.output) - 1], CUT]
    typed = step.command.replace("\n", "\n> ")
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1].rstrip()}{CUT}" for line in printed]
    return "\n".join([f"$ {typed}", *lines])


def main() -> None:
    """Rewrite the console blocks of the README."""
    typed: list[str] = []
    for walk in walks():
        with tempfile.TemporaryDirectory() as folder:
            typed += map(console, walk, run(walk, Path(folder)))
    shown = iter(typed)
    text = README.read_text(encoding="utf-8")

    def again(block: re.Match[str]) -> str:
        count = len(re.findall(r"^\$ ", block.group(1), re.MULTILINE))
        return "```console\n" + "\n".join(next(shown) for _ in range(count)) + "\n```"

    README.write_text(re.sub(r"```console\n(.*?)\n```", again, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
