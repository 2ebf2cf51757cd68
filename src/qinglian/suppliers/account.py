"""Purchases → facts: by an accepted footprint where there is one, else by the average or spend method.

What a line becomes depends on the line, its mapping and the footprints accepted in the book, never on when it
was posted: importing a file again after a decision gives the same records as deciding after an import.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import Problem, QinglianError
from qinglian.core.period import local_midnight_utc
from qinglian.core.units import Unit, parse_unit, ratio
from qinglian.ingest.table_archive import archived
from qinglian.ledger import evidence
from qinglian.ledger.facts import Fact
from qinglian.ledger.installed import installed_factors
from qinglian.ledger.organisation import Facility, facilities
from qinglian.ledger.posting import Posting, post
from qinglian.suppliers.supplier_pack import PREFIX, activity_of_part, technology_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.ledger.packs import Factor
    from qinglian.suppliers import model
    from qinglian.suppliers.model import Purchase
    from qinglian.suppliers.readers import SupplierFolder

DIMENSION = "suppliers"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Factors of accepted footprints, by activity and boundary."""

    factors: Mapping[tuple[str, str], tuple[Factor, ...]]

    @classmethod
    def of(cls, book: Book) -> Accepted:
        """Read them from the packs of a book."""
        with book.read() as connection:
            known = [one for one in installed_factors(connection) if one.pack.startswith(PREFIX)]
        found: dict[tuple[str, str], list[Factor]] = {}
        for one in known:
            found.setdefault((one.activity, one.technology), []).append(one)
        return cls({key: tuple(factors) for key, factors in found.items()})

    def unit(self, activity: str, purchase: Purchase) -> Unit | None:
        """Return the unit of the factor that answers for a purchase, or None where none does."""
        for one in self.factors.get((activity, technology_of(purchase.elsewhere)), ()):
            if one.valid_from <= purchase.start and (one.valid_to is None or purchase.end <= one.valid_to):
                return parse_unit(one.per_unit)
        return None


def facts(folder: SupplierFolder, accepted: Accepted, zones: Mapping[str, str]) -> list[Fact]:
    """Return the records of every purchase line of a folder."""
    mapped = {(one.part, one.partner): one for one in folder.parts}
    return [
        fact
        for purchase in folder.purchases
        for fact in purchase_facts(purchase, mapped.get((purchase.part, purchase.partner)), accepted, zones)
    ]


def purchase_facts(
    purchase: Purchase, mapping: model.Mapping | None, accepted: Accepted, zones: Mapping[str, str]
) -> list[Fact]:
    """Return the records of one line: its mapped share by the footprint, the rest by its own method."""
    own = purchase.activity, purchase.unit, ""
    if mapping is None or purchase.by_spend:
        return [_fact(purchase, *own, purchase.quantity, zones)]
    activity = activity_of_part(mapping.partner, mapping.their_part)
    unit = accepted.unit(activity, purchase)
    if unit is None:
        return [_fact(purchase, *own, purchase.quantity, zones)]
    theirs = purchase.quantity * mapping.share * mapping.per_ours * ratio(mapping.their_unit, unit)
    found = [_fact(purchase, activity, unit, technology_of(purchase.elsewhere), theirs, zones)]
    if rest := purchase.quantity * (1 - mapping.share):
        found.append(_fact(purchase, *own, rest, zones))
    return found


def _fact(
    purchase: Purchase,
    activity: str,
    unit: Unit,
    technology: str,
    quantity: Fraction,
    zones: Mapping[str, str],
) -> Fact:
    try:
        amount = parse_decimal(plain(quantity))
    except QinglianError as error:
        raise QinglianError(
            "suppliers.quantity_endless",
            purchase.where,
            reference=purchase.reference,
            quantity=plain(quantity),
        ) from error
    zone, where = zones[purchase.facility], purchase.where
    money = unit.dimension.startswith("money")
    return Fact(
        facility=purchase.facility,
        activity=activity,
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=unit.symbol,
        start_utc=local_midnight_utc(purchase.start, zone),
        end_utc=local_midnight_utc(purchase.end, zone),
        start_local=purchase.start,
        end_local=purchase.end,
        reference=purchase.reference,
        dimension=DIMENSION,
        technology=technology,
        product=purchase.part,
        counterparty=purchase.partner,
        currency=unit.symbol if money else "",
        price_year=purchase.price_year if money else None,
        zone=zone,
        quantity_basis="spend" if money else "invoiced",
        boundary=technology_of(purchase.elsewhere) if purchase.elsewhere else "",
        sheet=None if where is None else where.sheet or (Path(where.file).name if where.file else None),
        row=None if where is None else where.row,
    )


def post_folder(book: Book, actor: Actor, folder: SupplierFolder, path: Path) -> Posting:
    """Post a folder's purchases as one batch; doing it again posts nothing.

    Raises
    ------
    QinglianError
        ``suppliers.facility_unknown`` for every line of one; what posting raises.
    """
    sites = sites_of(book, folder.purchases)
    posted = facts(folder, Accepted.of(book), {code: site.zone for code, site in sites.items()})
    with TemporaryDirectory() as scratch:
        stored = evidence.store(book, archived(path, Path(scratch)))
    return post(book, actor, posted, source=stored, profile=DIMENSION)


def sites_of(book: Book, purchases: Iterable[Purchase]) -> dict[str, Facility]:
    """Return the registered facilities; name every line of one that is not."""
    with book.read() as connection:
        sites = facilities(connection)
    known = ", ".join(sites) or "-"
    problems = [
        Problem("suppliers.facility_unknown", one.where, {"facility": one.facility, "known": known})
        for one in purchases
        if one.facility not in sites
    ]
    if problems:
        raise QinglianError.many(problems)
    return sites
