"""What the documentation tells a reader to type: console blocks with their output, and commands named in prose."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs").glob("how-to/*.md"),
        *(ROOT / "docs").glob("decisions/*.md"),
        *(ROOT / "docs").glob("reference/*.md"),
        *(ROOT / "examples").glob("*/*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
        *(ROOT / "src").rglob("*.md"),
    ]
)
TEXTS = sorted((ROOT / "src").rglob("texts/*.toml"))

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`(qinglian [^`]+)`")


@dataclass
class Step:
    """One thing to type, with what the page says comes back."""

    command: str
    output: list[str] = field(default_factory=list)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the language and text of every fenced block."""
    for match in _FENCE.finditer(page.read_text(encoding="utf-8")):
        yield match.group(1), match.group(2)


def steps(page: Path) -> list[Step]:
    """Return what the page's console blocks type: lines after ``$``, continued after ``>``."""
    found: list[Step] = []
    for language, text in blocks(page):
        typing = False
        for line in text.splitlines() if language == "console" else ():
            if line.startswith("$ "):
                found.append(Step(line[2:]))
                typing = True
            elif typing and (line.startswith("> ") or line == ">"):
                found[-1].command += f"\n{line[2:]}"
            else:
                found[-1].output.append(line)
                typing = False
    return found


def typed(page: Path) -> list[list[str]]:
    """Return every ``qinglian`` command that a page shows in a block, as words."""
    lines = [step.command.splitlines()[0] for step in steps(page)]
    for language, text in blocks(page):
        if language not in {"console", "text"}:
            lines += [line.removeprefix("$ ") for line in text.splitlines() if "qinglian " in line]
    return [words for line in lines for words in _commands(line)]


def named(path: Path) -> list[list[str]]:
    """Return every ``qinglian`` command named in running text, as words."""
    return [
        next(_commands(text), [])
        for text in _INLINE.findall(
            re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        )
    ]


def _commands(line: str) -> Iterator[list[str]]:
    """Cut a shell line into its simple commands and yield those of qinglian, without its name."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    words.commenters = "#"
    simple: list[str] = []
    for word in [*words, ";"]:
        if not set(word) <= set("();<>|&"):
            simple.append(word)
            continue
        if "qinglian" in simple:
            yield simple[simple.index("qinglian") + 1 :]
        simple = []
