"""Hourly meters: certificates of one hour, and integer products with an hourly intensity."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.ledger.calculation import calculate, scenario_id
from qinglian.ledger.engines import open_engine
from qinglian.ledger.facts import ACTUAL, utc_seconds
from qinglian.ledger.hourly import times_intensity
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.manifest import present_paths, segments
from qinglian.ledger.posting import post
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, YEAR, add_certificates, certificate, fact, midnight

DAY = date(2022, 3, 1)
FIRST_HOUR = utc_seconds(midnight(DAY)) // 3600


def reading(hour: int, quantity: str, minutes: int = 60, offset: int = 0):
    """A meter reading of part of an hour of the day, local time."""
    start = midnight(DAY) + timedelta(hours=hour, minutes=offset)
    end = start + timedelta(minutes=minutes)
    return fact(quantity, start_utc=start, end_utc=end, source="m1")


def market(book):
    return read_inventory(book, calculate(book, ACTOR, YEAR).id).total(scope="2", method="market")


def granular(amount: str, hour: int, serial: str):
    day = {"vintage_start": DAY, "vintage_end": DAY + timedelta(days=1)}
    return certificate(amount, serial, hour_utc=FIRST_HOUR + hour, **day)


def test_a_certificate_of_one_hour_covers_that_hour_only(lite):
    post(lite, ACTOR, [reading(10, "100"), reading(11, "100")])
    add_certificates(lite, granular("150", 10, "H10"))
    assert market(lite) == 100 * Fraction("0.45")


def test_quarter_hours_of_one_hour_are_covered_together(lite):
    post(lite, ACTOR, [reading(10, "25", 15, quarter) for quarter in (0, 15, 30, 45)])
    add_certificates(lite, granular("80", 10, "H10"))
    assert market(lite) == 20 * Fraction("0.45")


def test_two_certificates_of_an_hour_share_it(lite):
    post(lite, ACTOR, [reading(10, "100"), reading(11, "40")])
    add_certificates(lite, granular("70", 10, "A"), granular("70", 10, "B"))
    assert market(lite) == 40 * Fraction("0.45")


def test_a_monthly_bill_says_nothing_about_an_hour(lite):
    post(lite, ACTOR, [fact("1000", start=date(2022, 3, 1), end=date(2022, 4, 1))])
    add_certificates(lite, granular("70", 10, "A"))
    assert market(lite) == 1000 * Fraction("0.45")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    readings=st.lists(st.integers(0, 10**7), min_size=24, max_size=24),
    intensities=st.lists(st.decimals("0.1", "0.9", places=4), min_size=24, max_size=24),
    largest=st.sampled_from([10**7, 10**18 - 1]),
)
def test_the_product_equals_one_taken_by_hand(make_book, readings, intensities, largest):
    """Both widths of the integer product give the exact sum."""
    book = make_book()
    post(book, ACTOR, [reading(hour, str(quantity)) for hour, quantity in enumerate(readings)])
    seal(book, ACTOR)
    with book.read() as connection:
        paths = present_paths(book, segments(connection))
        number = scenario_id(connection, ACTUAL)
    zones = {1: 7}
    values = {(7, FIRST_HOUR + hour): Fraction(value) for hour, value in enumerate(intensities)}
    engine = open_engine()
    found = times_intensity(engine, paths, number, zones, values, largest)
    engine.close()
    by_hand = sum(quantity * Fraction(value) for quantity, value in zip(readings, intensities, strict=True))
    # The unit of record differs by decimals (none here), so the sums over units are the sums over readings.
    assert sum(amount for amount, _ in found.values()) == by_hand
    assert sum(quantity for _, quantity in found.values()) == sum(readings)
