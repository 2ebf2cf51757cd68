"""From a file to posted facts: evidence first, then all rows in one transaction, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.ingest.plausibility import Plausibility
from qinglian.ingest.profile import load_profile
from qinglian.ingest.quarantine import Quarantine, quarantine_path
from qinglian.ingest.reader import FacilityInfo, FactFile, read_facts
from qinglian.ledger import evidence
from qinglian.ledger.organisation import facilities
from qinglian.ledger.posting import Clash, post
from qinglian.ledger.rules import shipped_rules

if TYPE_CHECKING:
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.ledger.facts import Fact
    from qinglian.present.progress import Progress

PROBLEMS_KEPT = 100


class _RefusedError(Exception):
    """Raised inside the transaction so that a file with refused rows posts nothing."""


@dataclass(slots=True)
class Imported:
    """What became of one file."""

    file: str
    batch: int | None = None
    posted: int = 0
    refused: int = 0
    accepted: bool = False
    quarantine: str | None = None
    same_file_as: int | None = None
    already: list[Clash] = field(default_factory=list)
    conflicts: list[Clash] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def record(self) -> dict[str, object]:
        """Return it as data."""
        return {
            "file": self.file,
            "batch": self.batch,
            "posted": self.posted,
            "refused": self.refused,
            "quarantine": self.quarantine,
            "same_file_as": self.same_file_as,
            "already": [clash.fact.row for clash in self.already],
            "conflicts": [clash.fact.row for clash in self.conflicts],
            "warnings": [str(warning) for warning in self.warnings],
        }


def import_file(
    book: Book,
    actor: Actor,
    path: Path,
    *,
    profile: str = "native",
    constants: Mapping[str, str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    accept: bool = False,
    approval: int | None = None,
    sites: Collection[str] = (),
    progress: Progress | None = None,
) -> Imported:
    """Import one file.

    A row that is refused goes to a quarantine file beside the input, with its reason and fix. Then nothing
    of the file is posted, unless ``accept`` says that the good rows may be. Rows that are well-formed and
    still doubtful (kWh given as MWh) are posted and warned of.

    Parameters
    ----------
    constants
        Values of columns that the file does not hold, such as the facility it belongs to.
    sheet
        Sheet of a workbook that has several.
    sites
        Facilities whose rows are taken; all that are registered if empty.

    Raises
    ------
    QinglianError
        For a file that cannot be read at all, and what posting raises; nothing is posted then.
    """
    result = Imported(path.name, accepted=accept)
    stored = evidence.store(book, path)
    with book.read() as connection:
        known = {code: FacilityInfo(site.zone, site.place) for code, site in facilities(connection).items()}
    if sites:
        known = {code: site for code, site in known.items() if code in sites}
    opened = read_facts(
        path,
        load_profile(profile).with_constants(constants or {}),
        facilities=known,
        activities=shipped_rules().knows,
        sheet=sheet,
        encoding=encoding,
    )
    result.warnings += opened.notices
    reading = _Reading(path, opened, result, accept, progress)
    try:
        posting = post(
            book,
            actor,
            reading.facts(),
            source=stored,
            profile=" ".join([profile, *(f"{name}={value}" for name, value in (constants or {}).items())]),
            kind="import" if approval is None else "adjustment",
            approval=approval,
        )
    except _RefusedError:
        return result
    except QinglianError as error:
        raise _placed(error, path) from error
    result.batch, result.posted = posting.batch, posting.posted
    result.already, result.conflicts = posting.already, posting.conflicts
    result.same_file_as = posting.same_file_as
    return result


def _placed(error: QinglianError, path: Path) -> QinglianError:
    """Name the file where an error of the ledger knows only the row."""
    problems = [
        replace(problem, where=replace(problem.where, file=str(path)))
        if problem.where and problem.where.file is None
        else problem
        for problem in error.problems
    ]
    return QinglianError.many(problems)


class _Reading:
    """Passes good rows on, keeps the refused ones in quarantine, and stops the transaction if it must."""

    def __init__(
        self, path: Path, opened: FactFile, result: Imported, accept: bool, progress: Progress | None
    ) -> None:
        self.path, self.opened, self.result = path, opened, result
        self.accept, self.progress = accept, progress

    def facts(self) -> Iterator[Fact]:
        """Good rows of the file, in order."""
        result, watch = self.result, Plausibility(str(self.path), self.opened.headings)
        with Quarantine(quarantine_path(self.path), self.opened.header) as quarantine:
            for batch in self.opened:
                quarantine.add(batch.refused)
                result.problems += batch.problems[: PROBLEMS_KEPT - len(result.problems)]
                if self.progress is not None:
                    self.progress.advance(len(batch.rows) + len(batch.refused))
                watch.watch(batch.rows)
                for row in batch.rows:
                    yield row.fact()
            result.warnings += watch.warnings()
            result.refused = quarantine.rows
            result.quarantine = str(quarantine.path) if quarantine.rows else None
        if result.refused and not self.accept:
            raise _RefusedError
