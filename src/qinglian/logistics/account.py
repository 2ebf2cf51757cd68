"""A logistics folder into the book: intensities as packs, then all its records, or nothing."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.ingest.table_archive import archived
from qinglian.ledger import evidence
from qinglian.ledger.book import SETTINGS, open_book
from qinglian.ledger.installed import install_packs, installed_factors
from qinglian.ledger.organisation import Facility, facilities
from qinglian.ledger.posting import Posting, post
from qinglian.logistics.booking import DIMENSION, OWN, Ruled, facts, ruled
from qinglian.logistics.intensity import Factors, shipped_factors
from qinglian.logistics.rates_pack import write_packs
from qinglian.logistics.readers import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.logistics.intensity import Intensity
    from qinglian.logistics.readers import LogisticsFolder


def post_folder(book: Book, actor: Actor, path: Path, *, accept: bool = False) -> Posting:
    """Read a folder and post all of it, or nothing; doing it again posts nothing.

    Intensities that no pack of the book holds are installed as packs of their own before.

    Raises
    ------
    QinglianError
        With every problem of reading, ruling and posting.
    """
    return post_chains(book, actor, read(path), path, accept=accept)


def post_chains(
    book: Book, actor: Actor, folder: LogisticsFolder, path: Path, *, accept: bool = False
) -> Posting:
    """Post what was read from a path, with that path as evidence.

    Raises
    ------
    QinglianError
        With every problem of ruling and posting.
    """
    sites = _sites(book, folder)
    chain = ruled(folder, held_factors(book))
    records = facts(folder, chain, {code: site.zone for code, site in sites.items()}, accept=accept)
    with TemporaryDirectory() as scratch:
        packs = write_packs(_hired(chain), {site.place for site in sites.values()}, Path(scratch))
        install_packs(book, actor, packs)
        stored = evidence.store(book, archived(path, Path(scratch)))
    return post(book, actor, records, source=stored, profile=DIMENSION)


def held_factors(book: Book) -> Factors:
    """Return the freight factors of the packs in a book, the newest edition where several answer."""
    with book.read() as connection:
        return Factors(f for f in installed_factors(connection) if f.activity.startswith("freight."))


def factors_of(folder: Path) -> Factors:
    """Return the freight factors of the book in a folder; where there is none, those that are shipped."""
    return held_factors(open_book(folder)) if (folder / SETTINGS).exists() else shipped_factors()


def _hired(chain: Iterable[Ruled]) -> list[Intensity]:
    """Intensities that the ledger is asked for: an own fleet is booked by its fuel."""
    hired = (one.leg.intensity for one in chain if one.ruling.category != OWN)
    return list({known.category.id: known for known in hired}.values())


def _sites(book: Book, folder: LogisticsFolder) -> dict[str, Facility]:
    with book.read() as connection:
        sites = facilities(connection)
    known = ", ".join(sites) or "-"
    problems = [
        Problem("logistics.facility_unknown", one.where, {"facility": one.facility, "known": known})
        for one in folder.shipments.values()
        if one.facility not in sites
    ]
    if problems:
        raise QinglianError.many(problems)
    return sites
