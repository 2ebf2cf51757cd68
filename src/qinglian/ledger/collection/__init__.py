"""The collection calendar: which data are due from whom, which came, and which moved against last year."""

from qinglian.ledger.collection.delivery import Delivery, State, deliveries
from qinglian.ledger.collection.expectation import (
    EVERY,
    Expectation,
    end_expectation,
    expect,
    expectations,
    explain_gap,
)

__all__ = [
    "EVERY",
    "Delivery",
    "Expectation",
    "State",
    "deliveries",
    "end_expectation",
    "expect",
    "expectations",
    "explain_gap",
]
