"""Uncertainty of totals: how far the factors, and if wished the activity data, may be off.

A factor that is wrong is wrong in every line that uses it, so one deviation is drawn per factor (and gas),
never per line: lines drawn one by one would cancel and understate the uncertainty many times over. The same
holds for the meter or the supplier behind a source stream. Two ways: analytic (first-order propagation,
IPCC 2006 vol. 1 ch. 3, approach 1) and Monte Carlo (approach 2), over sums per factor instead of lines.

These are statistics about facts. They are floats, computed on reading and never stored as facts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError
from qinglian.ledger.inventory import GROSS, Emission, Inventory, Line, source_of

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

NORMAL_95 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution
CHUNK = 1_000  # draws at a time: memory does not grow with their number
Key = tuple[str, str]  # scope, method


@dataclass(frozen=True, slots=True)
class Spread:
    """Distribution of a relative deviation: what the deterministic value is multiplied by.

    ``lognormal`` has median 1 and ``first`` = sigma of the logarithm; ``normal`` has mean 1 and ``first`` =
    cv; ``uniform`` lies between ``first`` and ``second``.
    """

    kind: str
    first: float
    second: float = 0.0

    @property
    def mean(self) -> float:
        """Expected multiplier."""
        if self.kind == "lognormal":
            return math.exp(self.first**2 / 2)
        return 1.0 if self.kind == "normal" else (self.first + self.second) / 2

    @property
    def sd(self) -> float:
        """Standard deviation of the multiplier."""
        if self.kind == "lognormal":
            return math.sqrt(math.expm1(self.first**2) * math.exp(self.first**2))
        return self.first if self.kind == "normal" else (self.second - self.first) / math.sqrt(12)

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Draw multipliers."""
        if self.kind == "lognormal":
            return generator.lognormal(0.0, self.first, size)
        if self.kind == "normal":
            return generator.normal(1.0, self.first, size)
        return generator.uniform(self.first, self.second, size)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A total with its 95 % interval, kg CO2e.

    ``covered`` is the share of the deterministic total (by magnitude) whose source states an uncertainty: the
    rest is taken as certain, so an interval with little covered says little.
    """

    scope: str
    method: str
    deterministic: float
    mean: float
    median: float
    low: float
    high: float
    sd: float
    covered: float


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums per (factor and gas, source stream), and the spreads that they share."""

    factor: tuple[int, ...]
    stream: tuple[int, ...]
    totals: Mapping[Key, tuple[float, ...]]
    factor_spreads: tuple[Spread | None, ...]
    stream_spreads: tuple[Spread | None, ...]


def parse_spread(text: str, value: float = 1.0) -> Spread | None:
    """Read an uncertainty as packs state it; None if nothing is stated.

    ``lognormal:gsd2=1.2`` (95 % within ×/÷ 1.2), ``normal:cv=0.05``, ``uniform:lo..hi`` (bounds of the factor
    whose deterministic value is ``value``, both in kg per unit; the value lies between its bounds).

    Raises
    ------
    QinglianError
        ``ledger.uncertainty_unreadable``.
    """
    if not text:
        return None
    try:
        kind, parameter = text.split(":", 1)
        spread = _spread(kind, parameter, value)
    except (ValueError, ZeroDivisionError) as error:
        raise QinglianError("ledger.uncertainty_unreadable", text=text) from error
    if spread is None or not (math.isfinite(spread.sd) and spread.sd >= 0):
        raise QinglianError("ledger.uncertainty_unreadable", text=text)
    return spread


def _spread(kind: str, parameter: str, value: float) -> Spread | None:
    if kind == "lognormal" and parameter.startswith("gsd2="):
        return Spread(kind, math.log(float(parameter[5:])) / 2)
    if kind == "normal" and parameter.startswith("cv="):
        return Spread(kind, float(parameter[3:]))
    if kind == "uniform":
        low, high = (float(Fraction(bound)) / value for bound in parameter.split(".."))
        return Spread(kind, low, high) if low <= 1 <= high else None
    return None


def cells(
    inventory: Inventory, *, activity_cv: Mapping[int, float] | None = None, account: str = GROSS
) -> Cells:
    """Sum an inventory per factor, gas and stream.

    Parameters
    ----------
    activity_cv
        Coefficient of variation of activity data by quality (1 best … 5, 0 not stated); qualities not named
        are taken as certain. One deviation is drawn per source stream and quality.
    """
    activity = activity_cv or {}
    factors: dict[tuple[str, str], Spread | None] = {}
    streams: dict[tuple[int, int], Spread | None] = {}
    sums: dict[tuple[tuple[str, str], tuple[int, int]], dict[Key, float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for emission in inventory.select(account):
        line = emission.line
        factor, stream = (_drawn(line), emission.gas), (line.stream.id, line.quality)
        factors.setdefault(factor, _factor_spread(emission))
        cv = activity.get(line.quality, 0.0)
        streams.setdefault(stream, Spread("normal", cv) if cv else None)
        sums[factor, stream][line.rule.scope, line.rule.method] += float(emission.kg_co2e)
    ordered, names, places = sorted(sums), sorted(factors), sorted(streams)
    factor_no = {name: number for number, name in enumerate(names)}
    stream_no = {place: number for number, place in enumerate(places)}
    keys = sorted({key for totals in sums.values() for key in totals})
    return Cells(
        tuple(factor_no[factor] for factor, _ in ordered),
        tuple(stream_no[stream] for _, stream in ordered),
        {key: tuple(sums[cell].get(key, 0.0) for cell in ordered) for key in keys},
        tuple(factors[name] for name in names),
        tuple(streams[place] for place in places),
    )


def _drawn(line: Line) -> str:
    """Name whose deviation a line shares: a composite deviates as the factor within it does."""
    return line.factor.parts[-1] if line.factor is not None and line.factor.parts else source_of(line)


def _factor_spread(emission: Emission) -> Spread | None:
    factor = emission.line.factor
    if factor is None:
        return None
    gas = next(gas for gas in factor.gases if gas.gas == emission.gas)
    return parse_spread(gas.uncertainty, float(gas.kg))


def analytic(of: Cells) -> list[Estimate]:
    """First-order propagation: full correlation within a factor and within a stream, none between them.

    The interval is that of a normal distribution around the mean.
    """
    result = []
    for key, totals in of.totals.items():
        variance = _variance(of.factor, of.factor_spreads, totals) + _variance(
            of.stream, of.stream_spreads, totals
        )
        mean, sd = _mean(of, totals), math.sqrt(variance)
        half = NORMAL_95 * sd
        result.append(_estimate(key, of, totals, (mean, mean, mean - half, mean + half, sd)))
    return result


def _variance(group: tuple[int, ...], spreads: tuple[Spread | None, ...], totals: tuple[float, ...]) -> float:
    sums: dict[int, float] = defaultdict(float)
    for member, total in zip(group, totals, strict=True):
        sums[member] += total
    return sum((total * spread.sd) ** 2 for n, total in sums.items() if (spread := spreads[n]) is not None)


def _mean(of: Cells, totals: tuple[float, ...]) -> float:
    def expected(spread: Spread | None) -> float:
        return 1.0 if spread is None else spread.mean

    triples = zip(totals, of.factor, of.stream, strict=True)
    return math.fsum(
        total * expected(of.factor_spreads[f]) * expected(of.stream_spreads[s]) for total, f, s in triples
    )


def monte_carlo(of: Cells, *, draws: int = 10_000, seed: int = 0) -> list[Estimate]:
    """Draw every factor and every stream ``draws`` times and multiply with the sums: one product of matrices.

    The same seed gives the same draws (PCG64), whatever the order of the lines.
    """
    import numpy as np

    if draws < 2:
        raise QinglianError("ledger.draws_too_few", draws=draws)
    generator = np.random.Generator(np.random.PCG64(seed))
    matrix = np.array(list(of.totals.values()), dtype=np.float64).reshape(len(of.totals), -1).T
    parts = []
    for start in range(0, draws, CHUNK):
        size = min(CHUNK, draws - start)
        factors = _deviations(generator, of.factor_spreads, size)[:, list(of.factor)]
        streams = _deviations(generator, of.stream_spreads, size)[:, list(of.stream)]
        parts.append((factors * streams) @ matrix)
    samples = np.concatenate(parts) if of.totals else np.empty((draws, 0))
    result = []
    for column, (key, totals) in enumerate(of.totals.items()):
        sample = samples[:, column]
        low, median, high = (float(q) for q in np.quantile(sample, (0.025, 0.5, 0.975)))
        sd = float(sample.std(ddof=1))
        result.append(_estimate(key, of, totals, (float(sample.mean()), median, low, high, sd)))
    return result


def _deviations(generator: np.random.Generator, spreads: tuple[Spread | None, ...], size: int) -> Array:
    import numpy as np

    drawn = np.ones((size, len(spreads)))
    for column, spread in enumerate(spreads):
        if spread is not None:
            drawn[:, column] = spread.draw(generator, size)
    return drawn


def _estimate(
    key: Key, of: Cells, totals: tuple[float, ...], found: tuple[float, float, float, float, float]
) -> Estimate:
    stated = [of.factor_spreads[f] is not None for f in of.factor]
    magnitude = math.fsum(abs(total) for total in totals)
    covered = math.fsum(abs(total) for total, known in zip(totals, stated, strict=True) if known)
    share = covered / magnitude if magnitude else 0.0
    return Estimate(*key, math.fsum(totals), *found, share)
