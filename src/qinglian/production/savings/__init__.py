"""What a plan saves against another plan of the same orders: only like with like, and with its interval."""

from __future__ import annotations

from qinglian.production.savings.assessment import Assessment, Run, assess
from qinglian.production.savings.causes import CAUSES, Split
from qinglian.production.savings.claim import Claim, OperatingYear, annual, claim
from qinglian.production.savings.comparison import Allowance, Comparison, compare

__all__ = [
    "CAUSES",
    "Allowance",
    "Assessment",
    "Claim",
    "Comparison",
    "OperatingYear",
    "Run",
    "Split",
    "annual",
    "assess",
    "claim",
    "compare",
]
