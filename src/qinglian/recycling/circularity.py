"""The Material Circularity Indicator of a product: 0.1 for a linear one of average use, 1 for a closed loop.

Source: Ellen MacArthur Foundation and ANSYS Granta, *Circularity Indicators: An Approach to Measuring
Circularity, Methodology* (2019), product level.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qinglian.core.errors import QinglianError

LINEAR_SHARE = Fraction(9, 10)  # F(X) = 0.9 / X, so that a linear product of average use scores 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFlow:
    """What a product is made of and where it goes, as exact shares of its mass.

    Parameters
    ----------
    mass
        Mass of the product, in any unit; results are in the same unit.
    from_recycled, from_reused, from_biological
        Shares of the feedstock (F_R, F_U, F_S); the rest is virgin.
    to_recycling, to_reuse, to_composting, to_energy
        Shares collected at the end of use (C_R, C_U, C_C, C_E); the rest is landfill.
    end_efficiency, feed_efficiency
        Efficiency of recycling what is collected (E_C), and of making the recycled feedstock (E_F).
    lifetime, use
        Lifetime and functional units, each over the industry's average (L/L_av, U/U_av).

    Raises
    ------
    QinglianError
        ``recycling.share_outside`` for a share below 0 or above 1, ``recycling.shares_above_one``,
        ``recycling.not_positive`` for mass, lifetime, use, or an efficiency that would be divided by.
    """

    mass: Fraction
    from_recycled: Fraction = Fraction(0)
    from_reused: Fraction = Fraction(0)
    from_biological: Fraction = Fraction(0)
    to_recycling: Fraction = Fraction(0)
    to_reuse: Fraction = Fraction(0)
    to_composting: Fraction = Fraction(0)
    to_energy: Fraction = Fraction(0)
    end_efficiency: Fraction = Fraction(1)
    feed_efficiency: Fraction = Fraction(1)
    lifetime: Fraction = Fraction(1)
    use: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        feed = ("from_recycled", "from_reused", "from_biological")
        end = ("to_recycling", "to_reuse", "to_composting", "to_energy")
        for name in (*feed, *end, "end_efficiency", "feed_efficiency"):
            if not 0 <= getattr(self, name) <= 1:
                raise QinglianError("recycling.share_outside", name=name, value=getattr(self, name))
        for names in (feed, end):
            if sum(getattr(self, name) for name in names) > 1:
                raise QinglianError("recycling.shares_above_one", names=", ".join(names))
        for name in ("mass", "lifetime", "use", *(["feed_efficiency"] if self.from_recycled else [])):
            if getattr(self, name) <= 0:
                raise QinglianError("recycling.not_positive", name=name, value=getattr(self, name))


@dataclass(frozen=True, slots=True)
class Circularity:
    """The indicator and the masses it is made of, all exact."""

    virgin: Fraction
    to_landfill: Fraction
    lost_in_recycling: Fraction
    lost_in_feedstock: Fraction
    unrecoverable: Fraction
    linear_flow: Fraction
    utility: Fraction
    indicator: Fraction


def circularity(flow: MaterialFlow) -> Circularity:
    """Return the Material Circularity Indicator of a product.

    ``LFI = (V + W) / (2M + (W_F − W_C) / 2)`` and ``MCI = max(0, 1 − LFI · 0.9 / X)``.
    """
    mass = flow.mass
    virgin = mass * (1 - flow.from_recycled - flow.from_reused - flow.from_biological)
    landfill = mass * (1 - flow.to_recycling - flow.to_reuse - flow.to_composting - flow.to_energy)
    lost = mass * (1 - flow.end_efficiency) * flow.to_recycling
    feed = Fraction(0)
    if flow.from_recycled:
        feed = mass * (1 - flow.feed_efficiency) * flow.from_recycled / flow.feed_efficiency
    waste = landfill + (feed + lost) / 2
    linear = (virgin + waste) / (2 * mass + (feed - lost) / 2)
    utility = flow.lifetime * flow.use
    indicator = max(Fraction(0), 1 - linear * LINEAR_SHARE / utility)
    return Circularity(virgin, landfill, lost, feed, waste, linear, utility, indicator)
