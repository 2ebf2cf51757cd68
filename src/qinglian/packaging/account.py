"""Packaging used → facts ``material.*`` of the dimension packaging; its baseline under ``baseline:NAME``.

The evidence of a folder is one archive of its tables, the same bytes for the same tables, so that a fact
points to table and row. Inventories read what was used and never the baseline.
"""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import Problem, QinglianError
from qinglian.core.period import local_midnight_utc
from qinglian.ingest.table_archive import archived
from qinglian.ledger import evidence
from qinglian.ledger.facts import ACTUAL, Fact
from qinglian.ledger.organisation import facilities
from qinglian.ledger.posting import Posting, post
from qinglian.packaging.avoided import activity_grams, compare, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.core.errors import Where
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.packaging.avoided import Avoided
    from qinglian.packaging.catalogue import Catalogue
    from qinglian.packaging.model import Key, Use
    from qinglian.packaging.readers import PackagingFolder

DIMENSION, UNIT = "packaging", "g"
BASELINE_DECIMALS = 3
"""A baseline's grams need not end (a twelfth of a carton): posted to the milligram, half to even."""


def used_facts(catalogue: Catalogue, uses: Iterable[Use], zones: Mapping[str, str]) -> list[Fact]:
    """Return what was used as facts: one per use, material and primary or recycled source."""
    return [
        _fact(use, use.key, activity, grams, zones[use.facility], ACTUAL, use.where)
        for use in uses
        for activity, grams in activity_grams(catalogue, catalogue.get(use.key), Fraction(use.units)).items()
    ]


def baseline_facts(catalogue: Catalogue, found: Avoided, zones: Mapping[str, str]) -> list[Fact]:
    """Return what a baseline would have taken for the uses it covers, as facts of its scenario."""
    pinned = {line.use: line.pinned for line in found.lines}
    facts = []
    for use, key in pinned.items():
        for activity, grams in baseline_grams(catalogue, use, key).items():
            rounded = Fraction(round(grams, BASELINE_DECIMALS))
            facts.append(
                _fact(use, key, activity, rounded, zones[use.facility], scenario_of(found.baseline), None)
            )
    return facts


def baseline_grams(catalogue: Catalogue, use: Use, pinned: Key) -> dict[str, Fraction]:
    """Return exact grams by activity that a pinned version takes for the products of a use."""
    held = catalogue.items(pinned)
    if held is None:
        raise QinglianError("packaging.items_missing", use.where, name=pinned[0], version=pinned[1])
    return activity_grams(catalogue, catalogue.get(pinned), Fraction(items_of(catalogue, use), held))


def scenario_of(baseline: str) -> str:
    """Return the ledger's scenario of a named baseline."""
    return f"baseline:packaging:{baseline}"


def _fact(
    use: Use, key: Key, activity: str, grams: Fraction, zone: str, scenario: str, where: Where | None
) -> Fact:
    try:
        amount = parse_decimal(plain(grams))
    except QinglianError as error:
        raise QinglianError(
            "packaging.mass_not_exact", use.where, name=use.reference, grams=plain(grams)
        ) from error
    return Fact(
        facility=use.facility,
        activity=activity,
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=UNIT,
        start_utc=local_midnight_utc(use.start, zone),
        end_utc=local_midnight_utc(use.end, zone),
        start_local=use.start,
        end_local=use.end,
        reference=use.reference,
        scenario=scenario,
        dimension=DIMENSION,
        product=f"{key[0]}@{key[1]}",
        counterparty=use.supplier if scenario == ACTUAL else "",
        zone=zone,
        quantity_basis=use.basis if scenario == ACTUAL else "estimated",
        sheet=None if where is None else where.sheet or (Path(where.file).name if where.file else None),
        row=None if where is None else where.row,
    )


def post_folder(book: Book, actor: Actor, folder: PackagingFolder, path: Path) -> dict[str, Posting]:
    """Post what a folder says was used, and each of its baselines; return what became of them by name.

    Raises
    ------
    QinglianError
        Whatever a baseline refuses is refused before anything is posted; what posting raises.
    """
    zones_of(book, folder.uses)
    names = sorted({row.name for row in folder.baselines})
    for name in names:
        compare(folder.catalogue, folder.uses, folder.baselines, name)
    postings = {ACTUAL: post_used(book, actor, folder, path)}
    return postings | {f"baseline:{name}": post_baseline(book, actor, folder, name) for name in names}


def post_used(book: Book, actor: Actor, folder: PackagingFolder, path: Path) -> Posting:
    """Post what a folder says was used; doing it again posts nothing.

    Raises
    ------
    QinglianError
        ``packaging.facility_unknown`` for every use of one; what posting raises.
    """
    zones = zones_of(book, folder.uses)
    facts = used_facts(folder.catalogue, folder.uses, zones)
    with TemporaryDirectory() as scratch:
        stored = evidence.store(book, archived(path, Path(scratch)))
    return post(book, actor, facts, source=stored, profile=DIMENSION)


def post_baseline(book: Book, actor: Actor, folder: PackagingFolder, name: str) -> Posting:
    """Post a baseline under its scenario; the evidence is its comparison, line by line.

    Raises
    ------
    QinglianError
        What `compare` and posting raise.
    """
    found = compare(folder.catalogue, folder.uses, folder.baselines, name)
    facts = baseline_facts(folder.catalogue, found, zones_of(book, folder.uses))
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / f"baseline-{name}.csv"
        path.write_bytes(comparison_csv(found))
        stored = evidence.store(book, path)
    return post(book, actor, facts, source=stored, profile=DIMENSION, reason=f"baseline {name}")


def zones_of(book: Book, uses: Iterable[Use]) -> dict[str, str]:
    """Return the time zone of each registered facility; name every use of one that is not."""
    with book.read() as connection:
        sites = facilities(connection)
    known = ", ".join(sites) or "-"
    problems = [
        Problem("packaging.facility_unknown", use.where, {"facility": use.facility, "known": known})
        for use in uses
        if use.facility not in sites
    ]
    if problems:
        raise QinglianError.many(problems)
    return {code: site.zone for code, site in sites.items()}


def comparison_csv(found: Avoided) -> bytes:
    """Write a comparison line by line, exact."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = ("reference", "specification", "version", "pinned", "pinned_version", "material", "items")
    writer.writerow([*names, "baseline_g", "used_g", "avoided_g"])
    for line in found.lines:
        grams = (plain(line.baseline_g), plain(line.used_g), plain(line.avoided_g))
        row = (line.use.reference, *line.use.key, *line.pinned, line.material, line.items)
        writer.writerow([*row, *grams])
    return stream.getvalue().encode()
