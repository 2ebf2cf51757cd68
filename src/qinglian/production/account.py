"""Planned energy and claimed savings → the ledger, each where it cannot be taken for something measured.

What a plan will use stands under the scenario ``plan:ID``, what its baseline would have used under
``baseline:ID``; inventories read neither. Quantities are exact: a watt-minute is 60 J, so energy is posted in
MJ with five decimals. A saving is entered as a claim of avoided emissions and nets nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.ledger import evidence
from qinglian.ledger.claims import Claim as LedgerClaim
from qinglian.ledger.claims import enter_claim
from qinglian.ledger.facts import Fact
from qinglian.ledger.organisation import facilities
from qinglian.ledger.posting import Posting, post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.production.model import Instance
    from qinglian.production.savings import Assessment, Claim
    from qinglian.production.verify import Energy, Verification

Kind = Literal["plan", "baseline"]
Grain = Literal["day", "hour"]
UNIT, DECIMALS, PER_WATT_MINUTE = "MJ", 5, 6
SITE = "site"
METHOD = (
    "two plans of the same orders, plant, prices and factors, each recomputed without its optimiser; "
    "median over seeds with the distribution-free interval between order statistics"
)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A period of the account: hours of the horizon [first, last), as time and as local days."""

    hours: range
    start: datetime
    end: datetime
    day: date


def planned_facts(
    found: Verification, plan_id: str, *, facility: str, zone: str, kind: Kind = "plan", by: Grain = "day"
) -> list[Fact]:
    """Bought electricity by line and hall, own generation used and power fed in, as facts of a scenario.

    Parameters
    ----------
    zone
        Time zone of the facility, for local days; an hour belongs to the day in which it begins.
    by
        One fact per day, or per hour for hourly scope 2 and intensities.

    Raises
    ------
    QinglianError
        All violations of the plan, if there are any.
    """
    found.require_valid()
    amounts = _amounts(found.energy)
    facts = []
    for slot in _slots(found.instance, found.energy.minutes, zone, by):
        for (activity, source), hours in amounts.items():
            energy = sum(hours[hour] for hour in slot.hours)
            if energy:
                facts.append(_fact(slot, activity, source, energy, f"{kind}:{plan_id}", facility, zone))
    return facts


def _fact(
    slot: _Slot, activity: str, source: str, energy: int, scenario: str, facility: str, zone: str
) -> Fact:
    return Fact(
        facility=facility,
        activity=activity,
        mantissa=energy * PER_WATT_MINUTE,
        decimals=DECIMALS,
        unit=UNIT,
        start_utc=slot.start,
        end_utc=slot.end,
        start_local=slot.day,
        end_local=slot.day + timedelta(days=1),
        source=source,
        reference=scenario,
        scenario=scenario,
        dimension="production",
        zone=zone,
        quantity_basis="estimated",
    )


def _slots(instance: Instance, minutes: int, zone: str, by: Grain) -> Iterator[_Slot]:
    start, local = instance.horizon.start, ZoneInfo(zone)
    begins = [start + timedelta(hours=hour) for hour in range(-(-minutes // 60))]
    end = start + timedelta(minutes=minutes)
    groups: dict[object, list[int]] = defaultdict(list)
    for hour, begin in enumerate(begins):
        groups[hour if by == "hour" else begin.astimezone(local).date()].append(hour)
    for hours in groups.values():
        last = min(begins[hours[-1]] + timedelta(hours=1), end)
        begin = begins[hours[0]]
        yield _Slot(range(hours[0], hours[-1] + 1), begin, last, begin.astimezone(local).date())


def _amounts(energy: Energy) -> dict[tuple[str, str], list[int]]:
    """Watt-minutes by hour of each activity and source; what is bought is shared out among its users."""
    users = {f"line {name}": hours for name, hours in energy.lines.items()}
    users |= {f"hall {name}": hours for name, hours in energy.halls.items()}
    amounts: dict[tuple[str, str], list[int]] = {("electricity.purchased", name): [] for name in users}
    own, sold = [], list(energy.fed_in)
    for hour, bought in enumerate(energy.bought):
        used = [hours[hour] for hours in users.values()]
        for name, part in zip(users, shared_out(bought, used), strict=True):
            amounts["electricity.purchased", name].append(part)
        own.append(sum(used) - bought)
    amounts["electricity.onsite_renewable", SITE] = own
    amounts["electricity.sold", SITE] = sold
    return amounts


def shared_out(amount: int, weights: list[int]) -> list[int]:
    """Share a whole amount in proportion to weights, exactly: largest remainders first, then the first."""
    total = sum(weights)
    if amount == total:
        return weights
    parts = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-(amount * weights[index] % total), index))
    for index in order[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def post_plan(
    book: Book,
    actor: Actor,
    found: Verification,
    plan_id: str,
    file: Path,
    *,
    facility: str,
    kind: Kind = "plan",
    by: Grain = "day",
) -> Posting:
    """Post a plan's energy under its scenario; the plan file is the evidence.

    Raises
    ------
    QinglianError
        ``production.account_no_facility``; violations of the plan; what posting raises.
    """
    with book.read() as connection:
        sites = facilities(connection)
    if facility not in sites:
        raise QinglianError(
            "production.account_no_facility", facility=facility, known=", ".join(sites) or "-"
        )
    facts = planned_facts(found, plan_id, facility=facility, zone=sites[facility].zone, kind=kind, by=by)
    return post(book, actor, facts, source=evidence.store(book, file), reason=f"{kind} {plan_id}")


def enter_saving(
    book: Book,
    actor: Actor,
    found: Assessment,
    plan_id: str,
    *,
    intensity: str = "location",
    baseline: str = "energy-blind plan of the same search and budget",
) -> int:
    """Enter the median saving of CO2e as a claim of avoided emissions; return its number.

    Raises
    ------
    QinglianError
        ``production.account_not_saved`` unless the whole interval is above zero;
        ``production.savings_no_measure``.
    """
    measure = f"kg:{intensity}"
    if measure not in found.claims:
        raise QinglianError("production.savings_no_measure", measure=measure)
    claimed = found.claims[measure]
    if claimed.verdict != "saved":
        raise QinglianError("production.account_not_saved", measure=measure, verdict=claimed.verdict)
    pair = next(iter(found.pairs.values()))
    instance, identity = pair.plan.instance, pair.identity
    chosen = next(item for item in pair.plan.carbon if intensity in (item.method, item.name))
    start, end = _days(instance, book.identity.zone)
    return enter_claim(
        book,
        actor,
        LedgerClaim(
            account="avoided",
            name=f"plan:{plan_id}",
            period_start=start,
            period_end=end,
            baseline=f"baseline:{plan_id}: {baseline}; allowance: {pair.allowance}",
            method=METHOD,
            factor=f"{chosen.name} ({chosen.method}, hourly), sha256 {identity.intensities}",
            kg_co2e=claimed.median,
            inputs=tuple(_inputs(claimed, found, identity.orders)),
        ),
    )


def _days(instance: Instance, zone: str) -> tuple[date, date]:
    local = ZoneInfo(zone)
    end = instance.horizon.start + timedelta(minutes=instance.horizon.minutes - 1)
    return instance.horizon.start.astimezone(local).date(), end.astimezone(local).date() + timedelta(days=1)


def _inputs(claimed: Claim, found: Assessment, orders: str) -> Iterator[tuple[str, str]]:
    yield "low", plain(claimed.low)
    yield "high", plain(claimed.high)
    yield "coverage", plain(claimed.coverage)
    yield "seeds", ", ".join(map(str, claimed.savings))
    yield "orders", f"sha256 {orders}"
    for cause, amount in claimed.causes.items():
        yield f"cause.{cause}", plain(amount)
    for name, other in found.claims.items():
        if other is not claimed:
            yield f"median.{name}", plain(other.median)
