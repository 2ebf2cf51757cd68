"""RESOLVE: exact, a declared fallback, or unresolved; never a guess, and a tie is an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger.engines import open_engine
from qinglian.ledger.facts import day_number
from qinglian.ledger.lines import UNRESOLVED
from qinglian.ledger.packs import load_pack
from qinglian.ledger.policy import parse_policy, shipped_policy
from qinglian.ledger.ranking import RADIX, STEPS, lost_at, unpack
from qinglian.ledger.resolution import Need, resolve
from qinglian.ledger.rules import shipped_rules
from tests.ledger.conftest import YEAR

CUTOFF = date(2025, 1, 1)


@pytest.fixture(scope="module")
def engine():
    engine = open_engine()
    yield engine
    engine.close()


def rule(name):
    (found,) = [rule for rule in shipped_rules().rules if rule.id == name]
    return found


def need(activity="fuel.stationary.diesel", place="admin:CN-AH", *, by="s1.stationary", **more):
    values = {"technology": "", "supplier": "", "facility": "hefei", "measure": "mass", **more}
    return Need(activity=activity, place=place, rule=rule(by), **values)


def row(
    place="admin:CN",
    value="3.1",
    *,
    activity="fuel.stationary.diesel",
    technology="",
    start="2020-01-01",
    end="2030-01-01",
    unit="kg",
    basis="direct",
    method="",
    locator="T1",
):
    return f"{activity},{technology},{place},{start},{end},CO2,{value},kg,{unit},{basis},,false,{method},,1,s,{locator},"


@pytest.fixture
def answer(engine, write_pack):
    """Resolve one need over 2022 from CSV rows; return (chosen rows, trace rows, factors)."""

    def ask(one, *rows, policy=None, period=YEAR, cutoff=CUTOFF, packs=()):
        loaded = [load_pack(write_pack(*rows)), *packs] if rows else list(packs)
        factors = [factor for pack in loaded for factor in pack.factors]
        found = resolve(engine, [one], factors, policy or shipped_policy(), period, cutoff)
        intervals = found.chosen.to_pylist()
        assert covers(intervals, period)
        answered = [interval for interval in intervals if interval["factor_no"] != UNRESOLVED]
        return answered, found.trace.to_pylist(), found.factors

    return ask


def covers(intervals, period):
    """Whether intervals follow one another from the period's first day to its last, saying what nothing answers."""
    day = day_number(period.start)
    for interval in intervals:
        if interval["from_day"] != day:
            return False
        day = interval["to_day"]
    return day == day_number(period.end)


def test_an_exact_answer_covers_the_period(answer):
    chosen, trace, factors = answer(need(), row())
    (only,) = chosen
    assert (only["from_day"], only["to_day"]) == (day_number(YEAR.start), day_number(YEAR.end))
    assert (factors[only["factor_no"]].place, only["penalty"]) == ("admin:CN", 0)
    assert [(t["chosen"], t["why"]) for t in trace] == [(True, "")]


def test_the_nearer_place_wins_and_the_trace_says_why_the_other_lost(answer):
    chosen, trace, factors = answer(
        need(), row("admin:CN", "3.1"), row("admin:CN-AH", "3.2"), row("admin:WORLD", "3")
    )
    assert factors[chosen[0]["factor_no"]].place == "admin:CN-AH"
    assert sorted((factors[t["factor_no"]].place, t["why"]) for t in trace) == [
        ("admin:CN", "place"),
        ("admin:CN-AH", ""),
        ("admin:WORLD", "place"),
    ]


def test_a_fallback_carries_its_declared_penalty(answer):
    chosen, _, _ = answer(need(), row("admin:WORLD"))
    assert [c["penalty"] for c in chosen] == [1]


def test_another_place_never_answers(answer):
    chosen, trace, _ = answer(need(), row("admin:US"), row("admin:CN-JS"))
    assert (chosen, trace) == ([], [])


def test_no_factor_no_answer(answer):
    assert answer(need(activity="fuel.stationary.peat"), row())[0] == []


def test_a_quantity_of_another_dimension_never_answers(answer):
    assert answer(need(measure="volume"), row())[0] == []
    assert answer(need(measure="energy(gross)"), row(unit="kWh(net)"))[0] == []
    assert len(answer(need(measure="energy(net)"), row(unit="kWh(net)"))[0]) == 1


def test_technology_is_preferred_where_it_fits_and_excluded_where_it_does_not(answer):
    rows = (row(value="3.1"), row(value="3.3", technology="boiler"))
    chosen, _, factors = answer(need(technology="boiler"), *rows)
    assert factors[chosen[0]["factor_no"]].technology == "boiler"
    chosen, trace, factors = answer(need(technology="engine"), *rows)
    assert factors[chosen[0]["factor_no"]].technology == ""
    assert len(trace) == 1


def test_a_tie_is_an_error_that_names_both(answer, write_pack):
    one = load_pack(write_pack(row(value="3.1", locator="T1"), name="alpha"))
    other = load_pack(write_pack(row(value="3.2", locator="T9"), name="beta"))
    with pytest.raises(QinglianError) as error:
        answer(need(), packs=(one, other))
    assert error.value.code == "ledger.factor_tie"
    for part in ("alpha", "T1", "beta", "T9", "fuel.stationary.diesel"):
        assert part in str(error.value)


def test_a_declared_preference_breaks_the_tie(answer, write_pack):
    one = load_pack(write_pack(row(value="3.1"), name="alpha"))
    other = load_pack(write_pack(row(value="3.2"), name="beta"))
    chosen, trace, factors = answer(
        need(), packs=(one, other), policy=with_policy('[packs]\nprefer = ["beta"]')
    )
    assert factors[chosen[0]["factor_no"]].pack == "beta"
    assert {t["why"] for t in trace} == {"", "pack"}


def test_the_result_does_not_depend_on_the_order_of_the_packs(answer, write_pack):
    packs = [
        load_pack(write_pack(row(place), name=name))
        for place, name in (("admin:CN", "a"), ("admin:WORLD", "b"))
    ]
    assert answer(need(), packs=packs) == answer(need(), packs=packs[::-1])


def test_intervals_do_not_overlap_and_meet(answer):
    rows = (
        row(value="3.1", end="2022-04-01"),
        row(value="3.2", start="2022-04-01", end="2022-09-15"),
        row(value="3.3", start="2022-09-15"),
        row("admin:WORLD", "1"),
    )
    chosen, _, factors = answer(need(), *rows)
    assert [c["from_day"] for c in chosen[1:]] == [c["to_day"] for c in chosen[:-1]]
    assert {factors[c["factor_no"]].place for c in chosen} == {"admin:CN"}
    assert len(chosen) == 3


def test_a_gap_falls_back_only_while_it_lasts(answer):
    policy = with_policy(carry=0)
    rows = (row(end="2022-04-01"), row(start="2022-07-01", value="3.2"), row("admin:WORLD", "1"))
    chosen, _, factors = answer(need(), *rows, policy=policy)
    assert [(factors[c["factor_no"]].place, c["penalty"]) for c in chosen] == [
        ("admin:CN", 0),
        ("admin:WORLD", 1),
        ("admin:CN", 0),
    ]


def test_a_gap_without_a_fallback_stays_unresolved(answer):
    chosen, _, _ = answer(
        need(), row(end="2022-04-01"), row(start="2022-07-01", value="3.2"), policy=with_policy(carry=0)
    )
    days = sum(c["to_day"] - c["from_day"] for c in chosen)
    assert days == 365 - 91


def test_a_calculation_does_not_look_ahead(answer, write_pack):
    later = load_pack(write_pack(row(), published="2023-06-01"))
    assert answer(need(), packs=(later,), cutoff=date(2023, 5, 31))[0] == []
    assert len(answer(need(), packs=(later,), cutoff=date(2023, 6, 1))[0]) == 1


def test_methods_are_a_filter(answer):
    electricity = {"activity": "electricity.purchased", "place": "grid:CN-AH", "measure": "energy"}
    rows = (
        row("grid:CN", "0.2", activity="electricity.purchased", unit="kWh", method="location"),
        row(
            "grid:CN", "0.45", activity="electricity.purchased", unit="kWh", basis="residual", method="market"
        ),
    )
    chosen, _, factors = answer(need(by="s2.location.electricity", **electricity), *rows)
    assert [factors[c["factor_no"]].basis for c in chosen] == ["direct"]
    chosen, trace, factors = answer(need(by="s2.market.electricity", **electricity), *rows)
    assert [factors[c["factor_no"]].basis for c in chosen] == ["residual"]
    assert {t["why"] for t in trace} == {"", "basis"}


def test_without_a_residual_mix_the_average_answers_with_a_penalty(answer):
    electricity = {"activity": "electricity.purchased", "place": "grid:CN", "measure": "energy"}
    rows = (row("grid:CN", "0.2", activity="electricity.purchased", unit="kWh", method="location"),)
    chosen, _, _ = answer(need(by="s2.market.electricity", **electricity), *rows)
    assert [c["penalty"] for c in chosen] == [1]  # for the basis; the grid is its own


def test_a_proxy_crosses_a_border_only_where_declared(answer):
    freight = {"activity": "freight.rail.train", "by": "s3.4.freight-ttw", "measure": "freight"}
    british = row("admin:GB", activity="freight.rail.train", unit="tkm")
    chosen, _, _ = answer(need(**freight), british)
    assert [c["penalty"] for c in chosen] == [2]
    assert answer(need(), row("admin:GB"))[0] == []


DIGITS = st.tuples(st.integers(0, 1000), *(st.integers(0, radix - 1) for radix in RADIX[1:]))


@given(DIGITS)
def test_a_score_unpacks_into_its_steps(digits):
    assert unpack(pack(digits)) == digits


@given(DIGITS, DIGITS)
def test_a_packed_score_orders_as_its_steps_do(one, other):
    assert (pack(one) < pack(other)) == (one < other)
    if one != other:
        first = next(step for step, a, b in zip(STEPS, one, other, strict=True) if a != b)
        assert lost_at(pack(one), pack(other)) == first


def pack(digits):
    score = 0
    for digit, radix in zip(digits, RADIX, strict=True):
        score = score * radix + digit
    return score


def with_policy(extra="", *, carry=2):
    text = f"""
name = "test"
version = "1"
order = ["basis", "supplier", "facility", "technology", "place", "pack", "vintage", "published"]
vintage = "in-force-at-date"
carry_forward_years = {carry}
[levels]
province = 0
country = 0
continent = 1
world = 1
{extra}
"""
    return parse_policy(text)


def test_a_period_with_no_days_in_force_has_no_answer(answer):
    early = Span(date(2010, 1, 1), date(2011, 1, 1), "2010")
    assert answer(need(), row(), period=early)[0] == []


@pytest.mark.parametrize(
    "text", ["name =", "name = 'a'", "name='a'\nversion='1'\norder=['place']\nvintage='fixed'\nlevels={}"]
)
def test_an_unreadable_policy_is_refused(text):
    with pytest.raises(QinglianError) as error:
        parse_policy(text)
    assert error.value.code == "ledger.policy_unreadable"


def test_a_tie_is_found_behind_needs_without_one(engine, write_pack):
    one = load_pack(write_pack(row(locator="T1"), row("admin:US", locator="T2"), name="alpha"))
    other = load_pack(write_pack(row("admin:US", locator="T9"), name="beta"))
    factors = [*one.factors, *other.factors]
    needs = [need(), need(place="admin:US")]
    with pytest.raises(QinglianError) as error:
        resolve(engine, needs, factors, shipped_policy(), YEAR, CUTOFF)
    assert error.value.code == "ledger.factor_tie"
    assert {"T2", "T9"} <= set(str(error.value).replace(",", " ").replace(".", " ").split())
    assert (
        resolve(engine, needs[:1], factors, shipped_policy(), YEAR, CUTOFF).chosen["factor_no"][0].as_py()
        >= 0
    )
