"""The Circular Footprint Formula: who bears what of recycling, energy recovery and disposal.

Source: Commission Recommendation (EU) 2021/2279 on the Environmental Footprint methods, Annex I, 4.4.8.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qinglian.core.errors import QinglianError

SHARES = ("recycled_content", "recycled_output", "energy_output", "allocation", "energy_allocation")


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintParameters:
    """Parameters of one material, by their names in the method in brackets; burdens are per unit of material.

    Parameters
    ----------
    recycled_content
        Share of recycled material going in (R1).
    recycled_output, energy_output
        Shares that leave for recycling (R2) and for energy recovery (R3); the rest is disposed of.
    allocation, energy_allocation
        Share of burdens and credits borne by the system that uses recycled material (A), and by the one
        that uses the energy (B).
    virgin, substituted_virgin
        Burden of virgin material (Ev), and of the one that the recycled output replaces (Ev*).
    recycling_in, recycling_out
        Burden of recycling for the content (Erecycled), and at the end of life (ErecyclingEoL).
    disposal
        Burden of disposal (Ed).
    quality_in, quality_out
        Quality of the recycled material over the primary (QSin/QP, QSout/QP).
    energy_recovery, heating_value, heat_efficiency, electricity_efficiency, heat, electricity
        EER, LHV, XER,heat, XER,elec, ESE,heat, ESE,elec.

    Raises
    ------
    QinglianError
        ``recycling.share_outside``, ``recycling.shares_above_one`` where R2 + R3 exceeds 1.
    """

    virgin: Fraction
    recycled_content: Fraction = Fraction(0)
    recycled_output: Fraction = Fraction(0)
    energy_output: Fraction = Fraction(0)
    allocation: Fraction
    energy_allocation: Fraction = Fraction(0)
    substituted_virgin: Fraction
    recycling_in: Fraction = Fraction(0)
    recycling_out: Fraction = Fraction(0)
    disposal: Fraction = Fraction(0)
    quality_in: Fraction = Fraction(1)
    quality_out: Fraction = Fraction(1)
    energy_recovery: Fraction = Fraction(0)
    heating_value: Fraction = Fraction(0)
    heat_efficiency: Fraction = Fraction(0)
    electricity_efficiency: Fraction = Fraction(0)
    heat: Fraction = Fraction(0)
    electricity: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise QinglianError("recycling.share_outside", name=name, value=getattr(self, name))
        if self.recycled_output + self.energy_output > 1:
            raise QinglianError("recycling.shares_above_one", names="recycled_output, energy_output")


@dataclass(frozen=True, slots=True)
class Footprint:
    """The three parts of the formula; `energy` and `material` may be credits, hence negative."""

    material: Fraction
    energy: Fraction
    disposal: Fraction

    @property
    def total(self) -> Fraction:
        """Return the footprint."""
        return self.material + self.energy + self.disposal


def circular_footprint(p: FootprintParameters) -> Footprint:
    """Return the footprint of one unit of material.

    ``A = 1`` is the recycled-content (cut-off) side of the method, ``A = 0`` its end-of-life side.
    """
    content = p.allocation * p.recycling_in + (1 - p.allocation) * p.virgin * p.quality_in
    credit = p.recycling_out - p.substituted_virgin * p.quality_out
    material = (
        (1 - p.recycled_content) * p.virgin
        + p.recycled_content * content
        + (1 - p.allocation) * p.recycled_output * credit
    )
    recovered = p.heat_efficiency * p.heat + p.electricity_efficiency * p.electricity
    energy = (1 - p.energy_allocation) * p.energy_output * (p.energy_recovery - p.heating_value * recovered)
    return Footprint(material, energy, (1 - p.recycled_output - p.energy_output) * p.disposal)
