"""Distances worked out offline: great circle, airports, the sea lanes of searoute, road by factor.

Coordinates are floats; a distance is rounded to a tenth of a kilometre once, here, and exact from then on.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.metadata import version
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError, Where
from qinglian.logistics.methods import road_factor
from qinglian.logistics.model import Distance

if TYPE_CHECKING:
    from collections.abc import Iterator

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""
ALWAYS_CLOSED = "northwest"
"""The Northwest Passage is no lane of the merchant fleet."""
PASSAGES = (
    *("babalmandab", "bosporus", "gibraltar", "suez", "panama", "ormuz", "northwest", "malacca", "sunda"),
    *("bering", "chili", "south_africa"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place by degrees north and east, or by its airport.

    Raises
    ------
    QinglianError
        ``logistics.place_nowhere`` without either, ``logistics.airport_unknown``.
    """

    id: str
    latitude: float | None = None
    longitude: float | None = None
    airport: str = ""
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.airport and self.airport not in airports():
            raise QinglianError("logistics.airport_unknown", self.where, name=self.id, airport=self.airport)
        if not self.airport and (self.latitude is None or self.longitude is None):
            raise QinglianError("logistics.place_nowhere", self.where, name=self.id)

    @property
    def degrees(self) -> tuple[float, float]:
        """Latitude and longitude; those stated before the airport's."""
        if self.latitude is not None and self.longitude is not None:
            return self.latitude, self.longitude
        found = airports()[self.airport]
        return float(found["lat"]), float(found["lon"])


@cache
def airports() -> dict[str, Any]:
    """Return the airports of the package airportsdata by IATA code."""
    with _extra():
        import airportsdata

        found: dict[str, Any] = airportsdata.load("IATA")
    return found


def great_circle(start: Place, end: Place) -> Distance:
    """Return the great-circle distance (haversine on the mean sphere)."""
    return Distance(km=_tenths(_haversine(start, end)), kind="gcd", method="great circle, haversine")


def air(start: Place, end: Place) -> Distance:
    """Return the great-circle distance between two airports; nothing is added to it."""
    km = _tenths(_haversine(start, end))
    named = f"{start.airport or start.id}-{end.airport or end.id}"
    return Distance(km=km, kind="gcd", method=f"great circle {named}, airportsdata {version('airportsdata')}")


def road(start: Place, end: Place, factor: str) -> Distance:
    """Return great circle × a named road factor, as a shortest feasible distance.

    Raises
    ------
    QinglianError
        ``logistics.road_factor_unknown``.
    """
    constant = road_factor(factor)
    straight = _tenths(_haversine(start, end))
    km = Fraction(round(straight * constant.value * 10), 10)
    method = f"great circle {_plain(straight)} km × {float(constant.value):g} ({constant.name})"
    return Distance(km=km, kind="sfd", method=method)


def sea(start: Place, end: Place, closed: tuple[str, ...] = ()) -> Distance:
    """Return the shortest way along searoute's lanes that takes no closed passage, and the passages it takes.

    Raises
    ------
    QinglianError
        ``logistics.passage_unknown``; ``logistics.no_sea_route``.
    """
    if unknown := sorted(set(closed) - set(PASSAGES)):
        raise QinglianError("logistics.passage_unknown", name=", ".join(unknown), known=", ".join(PASSAGES))
    route = _sea_route(start.degrees, end.degrees, tuple(sorted({*closed, ALWAYS_CLOSED})))
    if route is None:
        raise QinglianError("logistics.no_sea_route", start=start.id, end=end.id)
    km, passages = route
    return Distance(
        km=_tenths(km), kind="sfd", method=f"searoute {version('searoute')} lanes", passages=passages
    )


@cache
def _sea_route(
    start: tuple[float, float], end: tuple[float, float], closed: tuple[str, ...]
) -> tuple[float, tuple[str, ...]] | None:
    import warnings

    with _extra():
        import searoute
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = searoute.searoute(
            [start[1], start[0]], [end[1], end[0]], restrictions=list(closed), return_passages=True
        )
    about = found.properties
    if not found.geometry.coordinates or about["length"] == float("inf"):
        return None
    return float(about["length"]), tuple(about["traversed_passages"])


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise QinglianError("logistics.extra_missing", package=error.name) from error


def _haversine(start: Place, end: Place) -> float:
    (north, east), (north_end, east_end) = start.degrees, end.degrees
    first, second = radians(north), radians(north_end)
    half = sin((second - first) / 2) ** 2
    half += cos(first) * cos(second) * sin(radians(east_end - east) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def _tenths(km: float) -> Fraction:
    return Fraction(round(km * 10), 10)


def _plain(km: Fraction) -> str:
    return f"{float(km):.1f}"
