"""Measurement and verification: what was really saved, by sub-meters, with an interval or not at all.

IPMVP (EVO 10000-1:2022) option B, metering of the lines themselves, and option D, a calibrated replay.
"""

from __future__ import annotations

from qinglian.production.measurement.before_after import measure_before_after
from qinglian.production.measurement.calibrated import Calibration, calibrate, measure_replayed
from qinglian.production.measurement.observations import Observation, observations
from qinglian.production.measurement.on_off import measure_on_off
from qinglian.production.measurement.readings import Reading
from qinglian.production.measurement.result import Effect, Result
from qinglian.production.measurement.tables import read_meters, read_readings

__all__ = [
    "Calibration",
    "Effect",
    "Observation",
    "Reading",
    "Result",
    "calibrate",
    "measure_before_after",
    "measure_on_off",
    "measure_replayed",
    "observations",
    "read_meters",
    "read_readings",
]
