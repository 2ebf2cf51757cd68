"""A published report: the frozen statement and every face of it in one folder, under a manifest of hashes.

::

    report/
      statement.json     the frozen set, canonical JSON: figures, definitions, bindings, method, text
      report.zh.html  report.en.html  report.zh.pdf  report.en.pdf  report.xlsx
      manifest.json      SHA-256 of each, and with what it was made

Every face is a pure function of ``statement.json``. A report once written is never written over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import LANGUAGES
from qinglian.disclosure.narrative import bound
from qinglian.disclosure.page import html_report
from qinglian.disclosure.printing import pdf, printer
from qinglian.disclosure.statement import Statement
from qinglian.disclosure.workbook import speaking, workbook
from qinglian.ledger.files import placing

STATEMENT, MANIFEST = "statement.json", "manifest.json"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is stored."""

    folder: Path
    statement: Statement
    narrative: list[dict[str, Any]]
    manifest: dict[str, Any]

    @property
    def sha256(self) -> str:
        """Hash of the frozen set: what to print and keep."""
        return str(self.manifest["files"][STATEMENT])


def publish_report(
    statement: Statement,
    folder: Path,
    *,
    narrative: list[dict[str, str]] | None = None,
    with_pdf: bool = True,
) -> Report:
    """Bind the text, render every face and write the folder.

    Raises
    ------
    QinglianError
        ``disclosure.folder_taken``, what :func:`~qinglian.disclosure.narrative.bound` refuses, and
        ``disclosure.pdf_missing``.
    """
    if folder.exists() and any(folder.iterdir()):
        raise QinglianError("disclosure.folder_taken", Where(file=str(folder)), folder=folder)
    told = bound(narrative or [], statement)
    frozen = canonical_json({"statement": statement.data, "narrative": told})
    files = {STATEMENT: frozen, **faces(statement.data, told, with_pdf=with_pdf)}
    manifest = {
        "files": {name: sha256_hex(content) for name, content in files.items()},
        "printer": printer() if with_pdf else None,
        "software": statement.data["software"],
        "version": statement.version,
    }
    folder.mkdir(parents=True, exist_ok=True)
    # The manifest comes last: a folder without it is no report.
    for name, content in [*sorted(files.items()), (MANIFEST, canonical_json(manifest))]:
        with placing(folder / name) as temporary:
            temporary.write_bytes(content)
    return Report(folder, statement, told, manifest)


def faces(data: dict[str, Any], narrative: list[dict[str, Any]], *, with_pdf: bool) -> dict[str, bytes]:
    """Render HTML and PDF in both languages, and the workbook."""
    found: dict[str, bytes] = {"report.xlsx": workbook(data)}
    for name in LANGUAGES:
        with speaking(name):
            page = html_report(data, narrative)
        found[f"report.{name}.html"] = page.encode()
        if with_pdf:
            found[f"report.{name}.pdf"] = pdf(page)
    return found


def read_report(folder: Path) -> Report:
    """Read a report; raises ``disclosure.report_unreadable``."""
    try:
        frozen = json.loads((folder / STATEMENT).read_bytes())
        manifest = json.loads((folder / MANIFEST).read_bytes())
        manifest["files"][STATEMENT]  # it must be listed
        return Report(folder, Statement(frozen["statement"]), frozen["narrative"], manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        where, reason = Where(file=str(folder)), f"{type(error).__name__}: {error}"
        raise QinglianError("disclosure.report_unreadable", where, folder=folder, reason=reason) from error
