"""What two plans must share before one can be said to save anything against the other."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from qinglian.core.canonical import canonical_json, sha256_hex

if TYPE_CHECKING:
    from qinglian.production.model import Instance


@dataclass(frozen=True, slots=True)
class Identity:
    """SHA-256 of each part of an instance; the order of its rows does not matter."""

    orders: str
    plant: str
    horizon: str
    tariff: str
    intensities: str
    generation: str

    @classmethod
    def of(cls, instance: Instance) -> Identity:
        """Hash the parts of an instance. Pins are no part: they steer a plan and do not price it."""
        crews = [replace(crew, groups=tuple(sorted(crew.groups))) for crew in instance.crews]
        tables = (
            instance.lines,
            instance.families,
            instance.eligibility,
            instance.setups,
            instance.halls,
            instance.calendars,
            crews,
        )
        plant = [*(_rows(table) for table in tables), instance.minimum_run_minutes]
        return cls(
            orders=_hash([replace(lot, orders=()) for lot in instance.lots]),
            plant=sha256_hex(canonical_json(plant)),
            horizon=_hash([instance.horizon]),
            tariff=_hash([instance.tariff] if instance.tariff else []),
            intensities=_hash(instance.intensities),
            generation=_hash([instance.generation]),
        )

    def differs_in(self, other: Identity) -> tuple[str, ...]:
        """Names of the parts that are not the same."""
        return tuple(name for name in self.__slots__ if getattr(self, name) != getattr(other, name))


def _hash(rows: object) -> str:
    return sha256_hex(canonical_json(_rows(rows)))


def _rows(rows: object) -> list[str]:
    """Rows as canonical text in one order."""
    assert isinstance(rows, list | tuple)
    return sorted(canonical_json(asdict(row)).decode() for row in rows)
