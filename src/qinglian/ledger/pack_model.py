"""What a factor pack holds: sources, factors as gas vectors, warming potentials, fuel properties, series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.gases import parse_gas

ALWAYS = date(1900, 1, 1)
ABOUT = ("id", "version", "publisher", "dataset", "title_en", "title_zh", "licence", "published")


def _record(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__slots__}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    citation: str
    source_class: str
    published: date
    url: str = ""


@dataclass(frozen=True, slots=True)
class GasValue:
    """Exact kilograms of one gas per unit of the factor.

    A value in CO2e carries the GWP set it was made with, and names in `of_gas` the gas it stands for: it is
    not multiplied by a GWP again.
    """

    gas: str
    kg: Fraction
    gwp_set: str = ""
    biogenic: bool = False
    uncertainty: str = ""
    of_gas: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as data."""
        return _record(self)


@dataclass(frozen=True, slots=True)
class Factor:
    """A vector of gases per unit of an activity, with everything that identifies and cites it.

    A composite names its `parts` by their ids: the properties or series on the way, then the factor itself.
    """

    id: str
    pack: str
    activity: str
    technology: str
    place: str
    valid_from: date
    valid_to: date | None
    per_unit: str
    basis: str
    method: str
    gases: tuple[GasValue, ...]
    quality: int
    published: date
    publisher: str
    dataset: str
    version: str
    citation: str
    source_class: str
    locator: str
    supplier: str = ""
    facility: str = ""
    parts: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return it as data; :func:`factor_from_record` reads it back."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in {"gases", "parts"}}
        parts = {"parts": list(self.parts)} if self.parts else {}
        return {**plain, **parts, "gases": [gas.record() for gas in self.gases]}


@dataclass(frozen=True, slots=True)
class GwpValue:
    """A global warming potential over 100 years, kg CO2e per kg."""

    gwp_set: str
    gas: str
    value: Fraction
    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class BlendPart:
    """The share by mass of one gas in a refrigerant blend."""

    blend: str
    gas: str
    share: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a fuel, such as the heating value: resolved like a factor, never a unit conversion.

    The value is in `unit` per `per_unit`; both are empty for a plain ratio such as oxidation.
    """

    fuel: str
    property: str
    value: Fraction
    unit: str
    per_unit: str
    place: str
    valid_from: date
    valid_to: date | None
    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value of a series, such as an exchange rate, over ``[valid_from, valid_to)``."""

    series: str
    unit: str
    value: Fraction
    valid_from: date
    valid_to: date | None
    source: str
    locator: str


@dataclass(frozen=True)
class FactorPack:
    """A validated pack; `gwp` also holds the blends, computed from their composition."""

    id: str
    version: str
    publisher: str
    dataset: str
    title_en: str
    title_zh: str
    licence: str
    published: date
    sources: Mapping[str, Source]
    factors: tuple[Factor, ...]
    gwp: tuple[GwpValue, ...]
    blends: tuple[BlendPart, ...] = ()
    properties: tuple[Property, ...] = ()
    series: tuple[DatedValue, ...] = ()

    @cached_property
    def _content(self) -> bytes:
        return canonical_json(
            {
                **{name: getattr(self, name) for name in ABOUT},
                "sources": {key: _record(source) for key, source in self.sources.items()},
                "factors": [factor.record() for factor in self.factors],
                **{
                    name: [_record(entry) for entry in getattr(self, name)]
                    for name in ("gwp", "blends", "properties", "series")
                },
            }
        )

    def canonical(self) -> bytes:
        """Canonical JSON of the whole pack."""
        return self._content

    def publications(self) -> set[date]:
        """Days on which its factors, properties and series were published."""
        sources = {stated.source for stated in self.properties} | {stated.source for stated in self.series}
        return {factor.published for factor in self.factors} | {
            self.sources[key].published for key in sources
        }

    @property
    def sha256(self) -> str:
        """Hash of the canonical content: the entry in a run's factor lock."""
        return sha256_hex(self._content)


def identified(content: dict[str, Any]) -> Factor:
    """Return a factor under the hash of its content."""
    hashed = {**content, "gases": [gas.record() for gas in content["gases"]]}
    return Factor(id=sha256_hex(canonical_json(hashed))[:24], **content)


def definition(activity: str, where: str, basis: str) -> Factor:
    """Return the factor that holds by definition: a kilogram of a leaked gas is a kilogram of that gas.

    Parameters
    ----------
    activity
        ``fugitive.<gas or blend>``.
    where
        The place under which resolution finds definitions.
    """
    gas = parse_gas(activity.partition(".")[2]).code
    gas = "CH4-fossil" if gas == "CH4" else gas
    return identified(
        {
            "pack": "definition",
            "activity": activity,
            "technology": "",
            "place": where,
            "valid_from": ALWAYS,
            "valid_to": None,
            "per_unit": "kg",
            "basis": basis,
            "method": "",
            "gases": (GasValue(gas, Fraction(1)),),
            "quality": 1,
            "published": ALWAYS,
            "publisher": "qinglian",
            "dataset": "definition",
            "version": "1",
            "citation": "By definition: the mass of a gas is its mass",
            "source_class": "primary",
            "locator": "",
            "supplier": "",
            "facility": "",
        }
    )


def factor_from_record(record: Mapping[str, Any]) -> Factor:
    """Read a factor back from :meth:`Factor.record`, as JSON brings it."""
    gases = tuple(GasValue(**{**gas, "kg": Fraction(gas["kg"])}) for gas in record["gases"])
    return Factor(**{**record, **_dated(record), "gases": gases, "parts": tuple(record.get("parts", ()))})


def pack_from_record(record: Mapping[str, Any]) -> FactorPack:
    """Read a pack back from its canonical JSON."""
    about = {name: record[name] for name in ABOUT} | {"published": date.fromisoformat(record["published"])}
    return FactorPack(
        **about,
        sources={key: Source(**{**entry, **_dated(entry)}) for key, entry in record["sources"].items()},
        factors=tuple(factor_from_record(entry) for entry in record["factors"]),
        gwp=tuple(GwpValue(**_exact(entry, "value")) for entry in record["gwp"]),
        blends=tuple(BlendPart(**_exact(entry, "share")) for entry in record.get("blends", ())),
        properties=tuple(Property(**_exact(entry, "value")) for entry in record.get("properties", ())),
        series=tuple(DatedValue(**_exact(entry, "value")) for entry in record.get("series", ())),
    )


def _dated(record: Mapping[str, Any]) -> dict[str, date | None]:
    names = ("valid_from", "valid_to", "published")
    return {
        name: None if record[name] is None else date.fromisoformat(record[name])
        for name in names
        if name in record
    }


def _exact(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**record, **_dated(record), name: Fraction(record[name])}
