"""Equivalences ("so many trees"): with factor, version, time basis and source, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import QinglianError
from qinglian.core.text import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """A picture for a mass of CO2; ``kg_per_item`` is decimal text, kg CO2 per item over the time basis."""

    id: str
    name_en: str
    name_zh: str
    kg_per_item: str = ""
    version: str = ""
    time_basis_en: str = ""
    time_basis_zh: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """Name in the language in force."""
        return self.name_zh if language() == "zh" else self.name_en

    @property
    def time_basis(self) -> str:
        """Time basis in the language in force."""
        return self.time_basis_zh if language() == "zh" else self.time_basis_en

    def items(self, kg: Fraction) -> Fraction:
        """Return how many items a mass of CO2 (kg) is like.

        Raises
        ------
        QinglianError
            ``demo.equivalence_bare`` if factor, version, time basis or source is missing.
        """
        needed = {
            "factor": self.kg_per_item,
            "version": self.version,
            "time basis": self.time_basis_en,
            "source": self.source,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise QinglianError("demo.equivalence_bare", name=self.name, missing=missing)
        return kg / parse_decimal(self.kg_per_item).fraction()
