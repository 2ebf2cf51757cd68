"""What a measurement says: proved, not detected or refused, and never more than its interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from qinglian.core.errors import Problem

Option = Literal["B", "D"]
Verdict = Literal["proved", "not_detected", "refused"]
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Effect:
    """A saving in kWh with its 95 % interval; `base` is the energy without the change."""

    kwh: float
    low: float
    high: float
    base: float

    @property
    def share(self) -> float:
        """The saving as a share of the energy without the change."""
        return self.kwh / self.base if self.base else 0.0

    @property
    def detected(self) -> bool:
        """Whether the interval leaves zero out, on either side."""
        return self.low > 0 or self.high < 0

    @property
    def detectable(self) -> float:
        """Half the width of the interval, as a share: what is smaller could not have been seen."""
        return (self.high - self.low) / 2 / self.base if self.base else 0.0


@dataclass(frozen=True)
class Result:
    """Outcome of a measurement; where it is refused, `reasons` say why and no effect is to be quoted."""

    option: Option
    verdict: Verdict
    effect: Effect | None = None
    placebo: Effect | None = None
    reasons: tuple[Problem, ...] = ()
    model: dict[str, float] = field(default_factory=dict)


def refused(option: Option, reasons: list[Problem], placebo: Effect | None = None) -> Result:
    """Refuse for these reasons, each once."""
    return Result(option, "refused", None, placebo, tuple(unique(reasons)))


def unique(reasons: list[Problem]) -> list[Problem]:
    """Drop reasons that say the same again."""
    return [reason for index, reason in enumerate(reasons) if reason not in reasons[:index]]


def judged(option: Option, effect: Effect, placebo: Effect | None, model: dict[str, float]) -> Result:
    """Proved only where the whole interval is a saving, and larger than a saving of nothing could look."""
    proved = effect.low > 0 and (placebo is None or effect.share > placebo.detectable)
    return Result(option, "proved" if proved else "not_detected", effect, placebo, (), model)
