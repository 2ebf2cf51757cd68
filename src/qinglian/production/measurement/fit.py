"""How well the drivers explain the energy; a model that explains little proves little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.measurement.readings import Design, reason

if TYPE_CHECKING:
    from qinglian.core.errors import Problem

LARGEST_CV = 0.20  # declared: a day's energy within a fifth of what the drivers say


@dataclass(frozen=True, slots=True)
class Fit:
    """Least squares of energy on drivers (and on the term of the on weeks).

    `cv_rmse` is the root mean square error, over the degrees of freedom, as a share of the mean.
    """

    coefficients: dict[str, float]
    r2: float
    cv_rmse: float

    @classmethod
    def of(cls, design: Design, *, with_term: bool = False) -> Fit:
        """Fit a model."""
        extra = [design.on.astype(float)] if with_term else []
        matrix = np.column_stack([design.matrix, *extra])
        size = np.maximum(np.abs(matrix).max(axis=0), 1e-300)
        solved, *_ = np.linalg.lstsq(matrix / size, design.kwh, rcond=None)
        squares = float(((design.kwh - matrix / size @ solved) ** 2).sum())
        spread = float(((design.kwh - design.kwh.mean()) ** 2).sum())
        names = (*design.names, "on")[: matrix.shape[1]]
        return cls(
            coefficients=dict(zip(names, (float(value) for value in solved / size), strict=True)),
            r2=1 - squares / spread if spread else 0.0,
            cv_rmse=float(np.sqrt(squares / (len(design.kwh) - matrix.shape[1])) / design.kwh.mean()),
        )

    def doubts(self) -> Iterator[Problem]:
        """Refuse a model that scatters too much."""
        if not self.cv_rmse <= LARGEST_CV:
            yield reason("loose", cv=f"{self.cv_rmse:.0%}", limit=f"{LARGEST_CV:.0%}")

    def record(self) -> dict[str, float]:
        """Coefficients and quality together."""
        return {**self.coefficients, "r2": self.r2, "cv_rmse": self.cv_rmse}
