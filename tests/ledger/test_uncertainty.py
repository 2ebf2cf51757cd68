"""Uncertainty: drawn per factor; analytic and Monte Carlo agree; shared draws are wider than single ones."""

import math

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posting import post
from qinglian.ledger.uncertainty import Cells, Spread, analytic, cells, monte_carlo, parse_spread
from tests.ledger import conftest as write

KEY = ("2", "location")
NORMAL = Spread("normal", 0.10)


def of(totals, factors, streams, factor_spreads, stream_spreads):
    return Cells(factors, streams, {KEY: totals}, factor_spreads, stream_spreads)


def test_e6_factor_and_activity_in_quadrature():
    """sqrt(0.05² + 0.10²), the golden value of the design note (E6, an Odoo sustainability test)."""
    one = of((1.0,), (0,), (0,), (NORMAL,), (Spread("normal", 0.05),))
    assert analytic(one)[0].sd == pytest.approx(0.1118033988749895, rel=1e-15)


@pytest.mark.parametrize("text", ["lognormal:gsd2=1.2", "normal:cv=0.05", "uniform:0.9..1.1"])
def test_analytic_and_monte_carlo_agree_within_five_percent(text):
    totals, factors = (100.0, 50.0, 30.0), (0, 0, 1)
    spreads = (parse_spread(text), Spread("normal", 0.05))
    both = of(totals, factors, (0, 1, 2), spreads, (None, Spread("normal", 0.02), None))
    exact, drawn = analytic(both)[0], monte_carlo(both, draws=50_000, seed=7)[0]
    assert drawn.sd == pytest.approx(exact.sd, rel=0.05)
    assert drawn.mean == pytest.approx(exact.mean, rel=0.005)
    assert drawn.low == pytest.approx(exact.low, rel=0.05)
    assert drawn.high == pytest.approx(exact.high, rel=0.05)
    assert drawn.low < drawn.median < drawn.high


def test_shared_draws_are_wider_than_one_draw_per_line():
    lines = 400
    totals, streams, certain = (1.0,) * lines, tuple(range(lines)), (None,) * lines
    shared = of(totals, (0,) * lines, streams, (NORMAL,), certain)
    alone = of(totals, streams, streams, (NORMAL,) * lines, certain)
    for way in (analytic, lambda c: monte_carlo(c, draws=4_000, seed=1)):
        ratio = way(shared)[0].sd / way(alone)[0].sd
        assert ratio == pytest.approx(math.sqrt(lines), rel=0.1)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    one = of((100.0,), (0,), (0,), (NORMAL,), (None,))
    assert monte_carlo(one, draws=2_500, seed=3) == monte_carlo(one, draws=2_500, seed=3)
    assert monte_carlo(one, draws=2_500, seed=3) != monte_carlo(one, draws=2_500, seed=4)


def test_the_published_gsd2_covers_95_percent():
    spread = parse_spread("lognormal:gsd2=1.5")
    drawn = monte_carlo(of((100.0,), (0,), (0,), (spread,), (None,)), draws=50_000, seed=5)[0]
    assert drawn.median == pytest.approx(100, rel=0.01)
    # gsd² is ±2 sigma, a 95.45 % interval; the 95 % bounds lie just inside.
    assert drawn.high == pytest.approx(100 * 1.5 ** (1.959964 / 2), rel=0.01)
    assert drawn.low == pytest.approx(100 / 1.5 ** (1.959964 / 2), rel=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "triangular:1",
        "normal",
        "normal:cv=x",
        "normal:cv=-1",
        "lognormal:gsd2=0",
        "uniform:2..3",
        "normal:cv=inf",
    ],
)
def test_an_uncertainty_that_says_nothing_is_refused(text):
    with pytest.raises(QinglianError) as caught:
        parse_spread(text)
    assert caught.value.code == "ledger.uncertainty_unreadable"


def test_no_statement_is_no_spread_and_is_counted_as_not_covered(make_book, actor, year, write_pack):
    rows = (
        "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.2,kg,kWh,direct,,false,location,"
        "normal:cv=0.1,1,s,E1,",
        "fuel.stationary.natural_gas,,admin:CN,2020-01-01,2030-01-01,CO2,0.1,kg,kWh(gross),direct,,false,,,1,s,F,",
    )
    book = make_book(packs=(write_pack(*rows, name="spread", gwp=True),))
    facts = [write.fact(str(n), start=write.date(2022, n, 1)) for n in range(1, 13)]
    gas = write.fact("50", "kWh(gross)", activity="fuel.stationary.natural_gas")
    post(book, actor, [*facts, gas])
    inventory = read_inventory(book, calculate(book, actor, year).id)
    found = {(e.scope, e.method): e for e in analytic(cells(inventory))}
    power, burnt = found[KEY], found["1", ""]
    assert power.deterministic == pytest.approx(78 * 0.2)
    assert power.sd == pytest.approx(78 * 0.2 * 0.1)  # twelve lines, one factor: nothing cancels
    assert power.covered == 1
    assert (burnt.sd, burnt.covered) == (0, 0)
    with_activity = {(e.scope, e.method): e for e in analytic(cells(inventory, activity_cv={0: 0.05}))}
    assert inventory.lines[0].quality == 0
    assert with_activity["1", ""].sd == pytest.approx(50 * 0.1 * 0.05)
    assert with_activity[KEY].sd == pytest.approx(78 * 0.2 * math.hypot(0.1, 0.05))


def test_one_draw_is_no_distribution():
    with pytest.raises(QinglianError) as caught:
        monte_carlo(of((1.0,), (0,), (0,), (NORMAL,), (None,)), draws=1)
    assert caught.value.code == "ledger.draws_too_few"
