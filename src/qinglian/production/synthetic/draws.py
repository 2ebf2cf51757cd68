"""Reproducible draws in whole numbers: the same seed gives the same numbers on every machine and version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")
_MASK = (1 << 64) - 1


class Draws:
    """SplitMix64 (Steele, Lea and Flood 2014); the library's generator may change between Python versions."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def next(self) -> int:
        """Return 64 bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + (self.next() * (high - low + 1) >> 64)

    def percent(self, share: int) -> bool:
        """Return True in `share` of 100 draws."""
        return self.between(1, 100) <= share

    def choice(self, items: Sequence[_Item]) -> _Item:
        """Return one of the items."""
        return items[self.between(0, len(items) - 1)]

    def weighted(self, weights: Sequence[int]) -> int:
        """Return an index, drawn by its weight."""
        left = self.between(1, sum(weights))
        for index, weight in enumerate(weights):
            left -= weight
            if left <= 0:
                return index
        raise AssertionError("weights are exhausted by their own sum")
