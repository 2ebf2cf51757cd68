"""Spend factors: their own money directly; other currencies and price years through cited annual series only."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.ledger.calculation import calculate
from qinglian.ledger.explain import explain, rejected
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.packs import shipped_packs
from qinglian.ledger.posting import post
from qinglian.ledger.replay import replay
from qinglian.ledger.unresolved import unresolved
from qinglian.ledger.versions import create_version
from tests.ledger.conftest import ACTOR, YEAR, fact

PER_2022 = "CO2e,0.337,kg,USD,spend,AR5,false,,,2,s,with margins,2022 USD"
SPEND = f"spend.335911,,admin:CN,2022-01-01,2023-01-01,{PER_2022}"
RATES = (
    "fx.CNY_per_USD,CNY/USD,2022-01-01,2023-01-01,6.5,s,mean,",
    "fx.CNY_per_USD,CNY/USD,2023-01-01,2024-01-01,7,s,mean,",
)
INDEX = (
    "deflator.USD_CPI_U,index,2022-01-01,2023-01-01,250,s,average,",
    "deflator.USD_CPI_U,index,2023-01-01,2024-01-01,260,s,average,",
)


def spend(unit: str, price_year: int | None, quantity: str = "1000", **more):
    about = {"activity": "spend.335911", "price_year": price_year, "quantity_basis": "spend", **more}
    return fact(quantity, unit, **about)


@pytest.fixture
def ask(make_book, write_pack):
    def asked(*facts, factors=(SPEND,), series=(*RATES, *INDEX)):
        book = make_book(packs=(write_pack(*factors, series=series),))
        post(book, ACTOR, facts)
        run = calculate(book, ACTOR, YEAR)
        return book, read_inventory(book, run.id), run.counts["s3.1.spend"]

    return asked


@pytest.mark.parametrize(
    ("unit", "price_year", "outcome"),
    [
        ("USD", 2022, "exact"),
        ("USD", 2023, "unresolved"),
        ("USD", None, "unresolved"),
        ("CNY", 2022, "unresolved"),
    ],
)
def test_without_series_a_factor_answers_its_own_currency_and_price_year_only(ask, unit, price_year, outcome):
    _, _, counts = ask(spend(unit, price_year), series=())
    assert counts[outcome] == counts["demands"] == 1


@pytest.mark.parametrize(
    ("unit", "price_year", "dollars_of_2022"),
    [
        ("USD", 2022, Fraction(1000)),
        ("USD", 2023, 1000 * Fraction(250, 260)),
        ("CNY", 2022, 1000 / Fraction("6.5")),
        ("CNY", 2023, 1000 / Fraction(7) * Fraction(250, 260)),
    ],
)
def test_convert_at_the_price_years_rate_then_deflate(ask, unit, price_year, dollars_of_2022):
    _, inventory, counts = ask(spend(unit, price_year))
    assert inventory.total(scope="3", category=1) == dollars_of_2022 * Fraction("0.337")
    assert counts["exact"] == counts["demands"] == 1


@pytest.mark.parametrize(
    ("unit", "price_year", "says"),
    [
        ("CNY", None, "price_year"),
        ("CNY", 2021, "fx.CNY_per_USD 2021"),
        ("EUR", 2022, "fx.EUR_per_USD 2022"),
        ("USD", 2024, "deflator.USD_CPI_U 2024"),
    ],
)
def test_what_is_missing_is_named_and_no_other_year_stands_in(ask, unit, price_year, says):
    book, inventory, counts = ask(spend(unit, price_year))
    assert counts["unresolved"] == counts["demands"] == 1
    assert inventory.total(scope="3") == 0
    for language in ("en", "zh"):
        use_language(language)
        (entry,) = unresolved(book, inventory)
        assert says in " ".join(entry.reasons)
        assert "{" not in " ".join(entry.reasons)


def test_an_activity_without_a_spend_factor_is_not_blamed_on_the_money(ask):
    use_language("en")
    book, inventory, _ = ask(spend("CNY", 2023, activity="spend.111111"))
    (entry,) = unresolved(book, inventory)
    assert entry.reasons == ("no factor of the installed packs answers this activity, unit and place",)


def test_the_trace_and_explain_cite_factor_rate_and_index(ask):
    book, inventory, _ = ask(spend("CNY", 2023))
    (chosen,) = (e for e in rejected(book, inventory.run) if e["measure"] == "money(CNY) 2023")
    assert chosen["chosen"]
    assert len(chosen["parts"]) == 3
    told = explain(book, inventory).children[0].children[0].children[0].label
    for figure in ("0.337 kg CO2e", "7 CNY/USD", "250 / 260", "fx.CNY_per_USD 2023"):
        assert figure in told


def of_year(year, kg):
    validity = f"{year}-01-01,{year + 1}-01-01"
    return SPEND.replace("2022-01-01,2023-01-01", validity).replace("0.337", kg)


def test_fewer_conversions_win_before_a_smaller_penalty(ask):
    factors = (SPEND, of_year(2021, "0.5"))  # that of 2021 is carried forward, at a penalty
    series = (*RATES, *INDEX, RATES[0].replace("2022", "2021").replace("2023", "2022"))
    _, inventory, counts = ask(spend("CNY", 2021), factors=factors, series=series)
    assert inventory.total(scope="3") == 1000 / Fraction("6.5") * Fraction("0.5")
    assert counts["fallback"] == 1


def test_the_nearest_price_year_wins_where_all_else_is_equal(ask):
    factors = (of_year(2020, "0.5"), of_year(2021, "0.25"))  # both carried forward
    index = [f"deflator.USD_CPI_U,index,{y}-01-01,{y + 1}-01-01,{y},s,average," for y in (2019, 2020, 2021)]
    book, inventory, _ = ask(spend("USD", 2019), factors=factors, series=tuple(index))
    assert inventory.total(scope="3") == 1000 * Fraction(2020, 2019) * Fraction("0.5")
    lost = [e["lost_at"] for e in rejected(book, inventory.run) if e["measure"] == "money(USD) 2019"]
    assert sorted(lost) == ["", "route"]


def test_two_packs_that_state_one_year_are_a_tie(make_book, write_pack):
    one = write_pack(SPEND, series=(*RATES, *INDEX), name="one")
    two = write_pack(series=(RATES[0].replace("6.5", "6.6"),), name="two")
    book = make_book(packs=(one, two))
    post(book, ACTOR, [spend("CNY", 2022)])
    with pytest.raises(QinglianError) as raised:
        calculate(book, ACTOR, YEAR)
    assert raised.value.code == "ledger.factor_tie"


def test_a_series_published_after_the_cutoff_does_not_count(make_book, write_pack):
    from datetime import date

    rates = write_pack(series=(*RATES, *INDEX), name="rates", published="2021-01-01")
    book = make_book(packs=(write_pack(SPEND), rates))
    post(book, ACTOR, [spend("CNY", 2022)])
    before = calculate(book, ACTOR, YEAR, cutoff=date(2020, 12, 31)).counts["s3.1.spend"]
    after = calculate(book, ACTOR, YEAR).counts["s3.1.spend"]
    assert (before["unresolved"], after["exact"]) == (1, 1)


def test_shipped_series_from_yuan_to_the_factors_dollars(make_book):
    """1,000,000 CNY of 2023 on storage batteries (NAICS 335911), with the shipped packs (secondary sources).

    1,000,000 / 7.084631 x 292.655 / 304.702 x 0.337 kg = 45.69 t CO2e.
    """
    names = {"fx", "us-supply-chain", "gwp"}
    book = make_book(packs=tuple(path for path in shipped_packs() if path.name in names))
    post(book, ACTOR, [spend("CNY", 2023, "1000000"), spend("万元", 2023, "100", source="b")])
    run = calculate(book, ACTOR, YEAR)
    inventory = read_inventory(book, run.id)
    exact = 1_000_000 / Fraction("7.084631") * Fraction("292.655") / Fraction("304.702") * Fraction("0.337")
    assert inventory.total(scope="3", category=1) == 2 * exact
    assert round(exact) == 45_687
    assert run.counts["s3.1.spend"]["fallback"] == 2  # US factors in China are a declared proxy
    frozen = create_version(book, ACTOR, run.id)
    assert replay(book, frozen.id).same


def test_capital_goods_are_converted_alike(ask):
    _, inventory, _ = ask(spend("CNY", 2022, activity="spend_capital.335911"), spend("USD", 2022))
    assert inventory.total(scope="3", category=2) == 1000 / Fraction("6.5") * Fraction("0.337")


@pytest.mark.spark
def test_duckdb_and_spark_convert_alike(make_book, write_pack, spark):
    outcomes = []
    for engine in (None, spark):
        book = make_book(packs=(write_pack(SPEND, series=(*RATES, *INDEX)),))
        post(book, ACTOR, [spend(unit, 2023, source=unit) for unit in ("CNY", "USD", "EUR", "万元")])
        run = calculate(book, ACTOR, YEAR, engine=engine)
        outcomes.append((run.outputs, run.counts, read_inventory(book, run.id).canonical()))
    assert outcomes[0] == outcomes[1]
