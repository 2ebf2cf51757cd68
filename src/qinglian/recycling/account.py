"""Recovery → facts: ``recycling.<outcome>`` and ``waste.<composition>.<route>``, baselines in scenarios.

Everything of a folder is one batch, so that it is posted whole or not at all. Waste treated on site is no
category 5: its fuel or process is booked where it is measured, so such notes are told and not posted. What
a baseline says is replaced, and what takes its place, stand in scenarios that no inventory reads.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import Problem, QinglianError
from qinglian.core.period import local_midnight_utc
from qinglian.ingest.table_archive import archived
from qinglian.ledger import evidence
from qinglian.ledger.facts import ACTUAL, Fact
from qinglian.ledger.organisation import facilities
from qinglian.ledger.posting import Posting, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from qinglian.core.errors import Where
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.recycling.model import Credit, Disposition, ReturnLot, WasteNote
    from qinglian.recycling.readers import Recovery

DIMENSION, UNIT = "recycling", "kg"
DECIMALS = 9
"""A replaced mass need not end (× 2/3): posted to the microgram, half to even."""
ROUTES = {
    "preparation_for_reuse": "reuse",
    "recycling": "recycling",
    "other_recovery": "other_recovery",
    "incineration_with_energy": "combustion",
    "incineration": "combustion",
    "landfill": "landfill",
    "other_disposal": "other_disposal",
}
"""Routes of GRI 306 → routes of the ledger's waste activities."""


def facts(recovery: Recovery, zones: Mapping[str, str]) -> list[Fact]:
    """Return all facts of a folder: dispositions, waste treated by others, and every baseline."""
    lots = {lot.id: lot for lot in recovery.lots}
    found = [_waste_fact(note, zones) for note in recovery.waste if not note.on_site]
    for reference, part in references(recovery.dispositions).items():
        lot = lots[part.lot]
        found.append(_disposition_fact(part, lot, reference, zones))
        for credit in granted(part, recovery.credits):
            found += _credit_facts(credit, part, lot, reference, zones)
    return found


def references(dispositions: Iterable[Disposition]) -> dict[str, Disposition]:
    """Give every disposition a name that does not depend on the order of rows."""
    alike: dict[str, list[Disposition]] = defaultdict(list)
    for part in dispositions:
        name = "/".join((part.lot, part.day.isoformat(), part.outcome, part.material, part.treated_by))
        alike[name].append(part)
    named = {}
    for name, parts in sorted(alike.items()):
        parts.sort(key=lambda part: (part.mass_kg, part.recovered_kg is None, part.recovered_kg or 0))
        for number, part in enumerate(parts, start=1):
            named[name if len(parts) == 1 else f"{name}#{number}"] = part
    return named


def granted(part: Disposition, offered: Iterable[Credit]) -> list[Credit]:
    """Return the credits of a disposition, one of each baseline at most; none where nothing was weighed."""
    if not part.recovered_kg:
        return []
    return [one for one in offered if (one.outcome, one.material) == (part.outcome, part.material)]


def scenarios_of(baseline: str) -> tuple[str, str]:
    """Return the scenarios of a baseline: what is replaced, and what takes its place."""
    return f"baseline:recycling:{baseline}", f"baseline:recycling:{baseline}:instead"


def post_folder(book: Book, actor: Actor, recovery: Recovery, path: Path) -> Posting:
    """Post a folder as one batch; doing it again posts nothing.

    Raises
    ------
    QinglianError
        ``recycling.facility_unknown`` for every lot and note of one; what posting raises.
    """
    posted = facts(recovery, zones_of(book, recovery))
    with TemporaryDirectory() as scratch:
        stored = evidence.store(book, archived(path, Path(scratch)))
    return post(book, actor, posted, source=stored, profile=DIMENSION)


def zones_of(book: Book, recovery: Recovery) -> dict[str, str]:
    """Return the time zone of each registered facility; name every row of one that is not."""
    with book.read() as connection:
        sites = facilities(connection)
    known = ", ".join(sites) or "-"
    places = [(lot.facility, lot.where) for lot in recovery.lots]
    places += [(note.facility, note.where) for note in recovery.waste]
    problems = [
        Problem("recycling.facility_unknown", where, {"facility": facility, "known": known})
        for facility, where in places
        if facility not in sites
    ]
    if problems:
        raise QinglianError.many(problems)
    return {code: site.zone for code, site in sites.items()}


def _disposition_fact(part: Disposition, lot: ReturnLot, reference: str, zones: Mapping[str, str]) -> Fact:
    return _fact(
        f"recycling.{part.outcome}",
        part.mass_kg,
        part.day,
        lot.facility,
        zones,
        part.where,
        reference=reference,
        lot=lot.id,
        product=lot.category,
        counterparty=part.treated_by,
    )


def _credit_facts(
    credit: Credit, part: Disposition, lot: ReturnLot, reference: str, zones: Mapping[str, str]
) -> list[Fact]:
    assert part.recovered_kg is not None
    mass = Fraction(round(part.recovered_kg * credit.share, DECIMALS))
    pairs = zip(scenarios_of(credit.baseline), (credit.replaces, credit.instead), strict=True)
    return [
        _fact(
            activity,
            mass,
            part.day,
            lot.facility,
            zones,
            part.where,
            reference=reference,
            lot=lot.id,
            product=lot.category,
            scenario=scenario,
            quantity_basis="estimated",
        )
        for scenario, activity in pairs
        if activity
    ]


def _waste_fact(note: WasteNote, zones: Mapping[str, str]) -> Fact:
    return _fact(
        f"waste.{note.composition}.{ROUTES[note.route]}",
        note.mass_kg,
        note.day,
        note.facility,
        zones,
        note.where,
        reference=note.id,
        counterparty=note.treated_by,
        note=f"{note.route}; hazardous" if note.hazardous else note.route,
    )


def _fact(
    activity: str,
    mass_kg: Fraction,
    day: date,
    facility: str,
    zones: Mapping[str, str],
    where: Where | None,
    *,
    scenario: str = ACTUAL,
    quantity_basis: str = "metered",
    **more: Any,
) -> Fact:
    amount, zone, after = parse_decimal(plain(mass_kg)), zones[facility], day + timedelta(days=1)
    return Fact(
        facility=facility,
        activity=activity,
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=UNIT,
        start_utc=local_midnight_utc(day, zone),
        end_utc=local_midnight_utc(after, zone),
        start_local=day,
        end_local=after,
        scenario=scenario,
        dimension=DIMENSION,
        zone=zone,
        quantity_basis=quantity_basis,
        sheet=None if where is None else where.sheet or (Path(where.file).name if where.file else None),
        row=None if where is None else where.row,
        **more,
    )
