"""Properties of fuels as candidates of resolution, and the declared routes over them to a factor.

Energy ↔ mass or volume is no unit conversion: it needs a heating value (or a density), which is stated by
someone, for a place and a time, and is resolved with the same policy as a factor. Net and gross never mix: a
net heating value leads to a factor per net energy only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from qinglian.core.units import parse_unit
from qinglian.ledger.composites import Link, figure
from qinglian.ledger.pack_model import Property, identified
from qinglian.ledger.packs import FactorPack
from qinglian.ledger.resolution import Need
from qinglian.ledger.rules import Rule

DENSITY, HEATING_VALUE = "density", "heating_value"
AMOUNTS = ("mass", "volume", "gas_volume")


@dataclass(frozen=True, slots=True)
class Step:
    """One property on the way: its heating basis, and the measure it leads to."""

    property: str
    heating: str
    into: str


NET = Step(HEATING_VALUE, "net", "energy(net)")
GROSS = Step(HEATING_VALUE, "gross", "energy(gross)")
MASS = Step(DENSITY, "", "mass")
ROUTES = ((NET,), (GROSS,), (MASS,), (MASS, NET), (MASS, GROSS))
"""In the order in which they stand where nothing else tells them apart."""


def property_links(packs: Iterable[FactorPack]) -> list[Link]:
    """Return the properties that lead from one measure to another.

    Their method is the heating basis, which resolution treats as a filter: net and gross do not compete.
    """
    return [
        _link(pack, stated)
        for pack in packs
        for stated in pack.properties
        if stated.property in {HEATING_VALUE, DENSITY}
    ]


def _link(pack: FactorPack, stated: Property) -> Link:
    source = pack.sources[stated.source]
    where = f"{stated.property} {stated.fuel}, {stated.place}, {stated.locator}"
    candidate = identified(
        {
            "pack": pack.id,
            "activity": f"property.{stated.property}.{stated.fuel}",
            "technology": "",
            "place": stated.place,
            "valid_from": stated.valid_from,
            "valid_to": stated.valid_to,
            "per_unit": stated.per_unit,
            "basis": stated.property,
            "method": parse_unit(stated.unit).heating,
            "gases": (),
            "quality": 1,  # a property has no grade of its own: the composite keeps its factor's
            "published": source.published,
            "publisher": pack.publisher,
            "dataset": pack.dataset,
            "version": pack.version,
            "citation": source.citation,
            "source_class": source.source_class,
            "locator": figure(stated.value, stated.unit, stated.per_unit, where),
            "supplier": "",
            "facility": "",
        }
    )
    return Link(candidate, stated.value, stated.unit)


def fuel_of(need: Need) -> str:
    """Return the fuel of a need stated in mass or volume; empty for every other need."""
    amount = need.measure.partition("(")[0] in AMOUNTS
    return need.activity.rpartition(".")[2] if amount and need.activity.startswith("fuel.") else ""


def routes(need: Need) -> list[tuple[tuple[Need, ...], Need]]:
    """Return the routes a fuel may take: the properties asked for, and the factor they lead to."""
    found = []
    for route in ROUTES:
        if route[0] is MASS and need.measure == "mass":
            continue
        measures = [need.measure, *(step.into for step in route)]
        asked = tuple(_question(need, step, measures[number]) for number, step in enumerate(route))
        found.append((asked, replace(need, measure=measures[-1])))
    return found


def _question(need: Need, step: Step, measure: str) -> Need:
    rule = Rule(
        id=f"property.{step.property}" + (f".{step.heating}" if step.heating else ""),
        activity=("fuel.*",),
        scope="",
        iso=0,
        basis=(step.property,),
        hierarchy=need.rule.hierarchy,
        method=step.heating,
    )
    activity = f"property.{step.property}.{fuel_of(need)}"
    return Need(activity, "", "", "", need.place, measure, rule)
