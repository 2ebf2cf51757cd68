"""Recompute a plan from the inputs alone. Nothing here knows how a plan is made."""

from __future__ import annotations

from qinglian.production.verify.energy import Energy
from qinglian.production.verify.kpis import Kpis
from qinglian.production.verify.verification import Carbon, Evaluation, Verification, verify

__all__ = ["Carbon", "Energy", "Evaluation", "Kpis", "Verification", "verify"]
