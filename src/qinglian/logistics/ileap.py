"""iLEAP shipment footprints: read as written, recomputed, flagged; never repaired.

A file is a ShipmentFootprint, a PACT product footprint that carries one as its extension, or a list of either
under ``data``. Numbers are strings of decimals, as the specification has them. Categories (TOC, HOC) in the
same file or known otherwise let the emissions be recomputed from intensities as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.logistics.model import Emission
from qinglian.logistics.verify import TOLERANCE, decimal

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("actual", "sfd", "gcd")
INCOTERMS = ("EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP")
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tce:
    """A transport chain element as its sender states it."""

    id: str
    toc: str
    hoc: str
    mass_kg: Fraction
    km: Fraction
    kind: str
    activity: Fraction
    emission: Emission
    where: Where

    @property
    def category(self) -> str:
        """Its operation category."""
        return self.toc or self.hoc


@dataclass(frozen=True, slots=True)
class Footprint:
    """A shipment footprint as its sender states it."""

    shipment: str
    mass_kg: Fraction
    tces: tuple[Tce, ...]
    where: Where


@dataclass(slots=True)
class Received:
    """What a file says, and what is wrong with it. A footprint with a flaw in its form is in no list."""

    footprints: list[Footprint] = field(default_factory=list)
    flags: list[Problem] = field(default_factory=list)
    intensities: dict[str, Emission] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether nothing is flagged."""
        return not self.flags


def receive(path: Path, known: Mapping[str, Emission] | None = None) -> Received:
    """Read a file and recompute all it states.

    Parameters
    ----------
    known
        Intensities per tonne-kilometre (hub: per tonne) of categories, by id, beside those in the file.

    Raises
    ------
    QinglianError
        ``logistics.ileap_unreadable`` where it is no JSON, or holds no shipment footprint.
    """
    result = Received(intensities=dict(known or {}))
    documents = list(_documents(path))
    for document, where in documents:
        if "tocId" in document or "hocId" in document:
            _learn(document, where, result)
    shipments = [pair for pair in documents if "tces" in pair[0]]
    if not shipments:
        raise QinglianError(
            "logistics.ileap_unreadable", Where(file=str(path)), reason="no ShipmentFootprint"
        )
    for document, where in shipments:
        _footprint(document, where, result)
    return result


def _documents(path: Path) -> Iterator[tuple[Document, Where]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=_Number, parse_int=_Number)
    except (OSError, ValueError, RecursionError) as error:
        raise QinglianError("logistics.ileap_unreadable", Where(file=str(path)), reason=str(error)) from error
    listed = content.get("data", content) if isinstance(content, dict) else content
    for place, entry in enumerate(listed if isinstance(listed, list) else [listed], start=1):
        where = Where(file=str(path), sheet=f"footprint {place}")
        if isinstance(entry, dict):
            extensions = entry.get("extensions")
            if not isinstance(extensions, list):
                yield entry, where
                continue
            for extension in extensions:
                if isinstance(extension, dict) and isinstance(extension.get("data"), dict):
                    yield {**extension["data"], "_pact": entry}, where


class _Number(str):
    """A JSON number, kept as it was written: iLEAP wants strings."""

    __slots__ = ()


class _Fields:
    """Fields of an object; notes what is missing or of the wrong form."""

    def __init__(self, document: Document, where: Where, result: Received) -> None:
        self.document, self.where, self.result = document, where, result
        self.sound = True

    def flag(self, code: str, column: str, /, **more: object) -> None:
        self.sound = False
        place = Where(self.where.file, self.where.sheet, self.where.row, column)
        self.result.flags.append(Problem(f"logistics.{code}", place, {"field": column, **more}))

    def text(self, name: str) -> str:
        value = self.document.get(name)
        if not isinstance(value, str) or isinstance(value, _Number) or not value:
            self.flag("ileap_text", name)
            return ""
        return value

    def number(self, name: str, document: Document | None = None) -> Fraction:
        value = (self.document if document is None else document).get(name)
        if isinstance(value, _Number):
            self.flag("ileap_bare_number", name, value=str(value))
        elif not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            self.flag("ileap_decimal", name, value=str(value))
        elif (number := Fraction(value)) < 0:
            self.flag("ileap_negative", name, value=value)
        else:
            return number
        return Fraction(0)


def _learn(document: Document, where: Where, result: Received) -> None:
    fields = _Fields(document, where, result)
    name = fields.text("tocId" if "tocId" in document else "hocId")
    unit = document.get("transportActivityUnit" if "tocId" in document else "hubActivityUnit")
    wtw, ttw = fields.number("co2eIntensityWTW"), fields.number("co2eIntensityTTW")
    shares = [entry for entry in _list(document.get("energyCarriers")) if isinstance(entry, dict)]
    if shares and sum((fields.number("relativeShare", one) for one in shares), Fraction(0)) != 1:
        fields.flag("ileap_shares", "energyCarriers", name=name)
    if wtw < ttw:
        fields.flag("wtw_below_ttw", "co2eIntensityWTW", name=name)
    if fields.sound and unit in ("tkm", "tonnes"):
        result.intensities[name] = Emission(ttw, wtw - ttw)


def _footprint(document: Document, where: Where, result: Received) -> None:
    fields = _Fields(document, where, result)
    shipment, mass = fields.text("shipmentId"), fields.number("mass")
    given = document["tces"]
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        fields.flag("ileap_no_tces", "tces")
        return
    tces: list[Tce] = []
    for place, entry in enumerate(given, start=1):
        found = _tce(entry, Where(where.file, where.sheet, place), shipment, result)
        if found is None:
            fields.sound = False
        else:
            tces.append(found)
    _order(given, fields)
    if fields.sound:
        result.footprints.append(Footprint(shipment, mass, tuple(tces), where))
    if "_pact" in document and len(tces) == len(given):
        _wrapper(document["_pact"], tces, where, result)


def _tce(entry: Document, where: Where, shipment: str, result: Received) -> Tce | None:
    fields = _Fields(entry, where, result)
    name = fields.text("tceId")
    named = [value if isinstance(value := entry.get(key), str) else "" for key in ("tocId", "hocId")]
    if bool(named[0]) == bool(named[1]):
        fields.flag("ileap_toc_or_hoc", "tocId", name=name)
    if fields.text("shipmentId") not in {"", shipment}:
        fields.flag("ileap_shipment", "shipmentId", name=name, shipment=shipment)
    incoterm = entry.get("incoterms")
    if incoterm is not None and incoterm not in INCOTERMS:
        fields.flag("ileap_incoterm", "incoterms", value=str(incoterm), known=", ".join(INCOTERMS))
    km, kind = _distance(entry, fields)
    mass, activity = fields.number("mass"), fields.number("transportActivity")
    wtw, ttw = fields.number("co2eWTW"), fields.number("co2eTTW")
    if not fields.sound:
        return None
    found = Tce(name, named[0], named[1], mass, km, kind, activity, Emission(ttw, wtw - ttw), where)
    _recompute(found, str(entry["transportActivity"]), fields)
    return found


def _distance(entry: Document, fields: _Fields) -> tuple[Fraction, str]:
    given = entry.get("distance")
    kinds = [kind for kind in KINDS if isinstance(given, dict) and given.get(kind) is not None]
    if not isinstance(given, dict) or len(kinds) != 1:
        fields.flag("ileap_distance", "distance", known=", ".join(KINDS))
        return Fraction(0), ""
    return fields.number(kinds[0], given), kinds[0]


def _recompute(tce: Tce, written: str, fields: _Fields) -> None:
    """Flag what does not follow from mass, distance and intensity; the element stays as it was stated."""
    _, _, decimals = written.partition(".")
    rounding = Fraction(1, 2 * 10 ** len(decimals))
    activity = tce.mass_kg * tce.km / 1000
    if not tce.hoc and abs(tce.activity - activity) > rounding:
        _disagrees(fields, "transportActivity", tce, tce.activity, activity, "tkm")
    if tce.emission.wtt < 0:
        fields.flag("wtw_below_ttw", "co2eWTW", name=tce.id)
    known = fields.result.intensities.get(tce.category)
    if known is None:
        return
    found = known.times(tce.mass_kg / 1000 if tce.hoc else tce.activity)
    for name, said, value in (
        ("co2eWTW", tce.emission.wtw, found.wtw),
        ("co2eTTW", tce.emission.ttw, found.ttw),
    ):
        if abs(said - value) > TOLERANCE * value:
            _disagrees(fields, name, tce, said, value, "kg")


def _disagrees(fields: _Fields, name: str, tce: Tce, said: Fraction, found: Fraction, unit: str) -> None:
    fields.flag("ileap_disagrees", name, name=tce.id, said=plain(said), found=decimal(found), unit=unit)


def _order(given: list[Document], fields: _Fields) -> None:
    """Elements are named once and follow only elements that came before them."""
    before: set[str] = set()
    for entry in given:
        name = str(entry.get("tceId"))
        for other in map(str, _list(entry.get("prevTceIds"))):
            if other not in before:
                fields.flag("ileap_previous", "prevTceIds", name=name, previous=other)
        if name in before:
            fields.flag("ileap_twice", "tceId", name=name)
        before.add(name)


def _list(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty one, and anything else as the only thing in one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _wrapper(pact: Document, tces: list[Tce], where: Where, result: Received) -> None:
    """The product footprint around it repeats the sums of its elements."""
    pcf = pact.get("pcf")
    if not isinstance(pcf, dict):
        return
    sums = {
        "unitaryProductAmount": sum((tce.activity for tce in tces), Fraction(0)),
        "pCfExcludingBiogenic": sum((tce.emission.wtw for tce in tces), Fraction(0)),
    }
    for name, found in sums.items():
        if name not in pcf:
            continue
        fields = _Fields(pcf, where, result)
        said = fields.number(name)
        if fields.sound and abs(said - found) > TOLERANCE * found:
            fields.flag("ileap_sum", name, said=plain(said), found=decimal(found))
