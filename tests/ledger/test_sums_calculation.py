"""The calculation: exact, conserved, idempotent; nothing is rounded and nothing unresolved is counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.installed import install_packs
from qinglian.ledger.inventory import BIOGENIC, View, read_inventory
from qinglian.ledger.posting import correct, post, undo
from tests.ledger.conftest import ACTOR, TINY, YEAR, fact

GAS = "fuel.stationary.natural_gas"


def inventory(book, period=YEAR, view=None, **options):
    return read_inventory(book, calculate(book, ACTOR, period, **options).id, view)


def per_gas(read, **where):
    kg = {}
    for emission in read.select(**where):
        kg[emission.gas] = kg.get(emission.gas, 0) + emission.kg
    return kg


def test_one_kwh_of_gas_keeps_its_n2o(book):
    post(book, ACTOR, [fact("1", "kWh(gross)", activity=GAS)])
    assert per_gas(inventory(book), scope="1") == {
        "CO2": Fraction("0.18"),
        "CH4": Fraction("0.0000034"),
        "N2O": Fraction("0.0000001"),
    }


def test_no_line_is_rounded(book):
    """Ten thousand lines of 0.0000001 kg are 0.001 kg; rounded to a milligram each they would be nothing."""
    facts = [fact("1", "kWh(gross)", activity=GAS, reference=str(n)) for n in range(10_000)]
    post(book, ACTOR, facts)
    assert per_gas(inventory(book), scope="1")["N2O"] == Fraction("0.001")


def test_quantities_of_many_sizes_and_units_sum_exactly(book):
    facts = [
        fact("0.000001", "kWh", reference="a"),
        fact("123456789.012345", "MWh", reference="b"),
        fact("1", "GJ", reference="c"),
    ]
    post(book, ACTOR, facts)
    kwh = Fraction("0.000001") + 1000 * Fraction("123456789.012345") + Fraction(1000, 1) / Fraction("3.6")
    assert inventory(book).total(scope="2", method="location") == kwh * Fraction("0.2")


def test_a_sum_beyond_64_bits_is_exact(lite):
    big = 10**18 - 1
    facts = [fact(str(big), reference=str(n)) for n in range(20)]
    post(lite, ACTOR, facts)
    assert inventory(lite).total(scope="2", method="location") == 20 * big * Fraction("0.2")


def test_every_rule_is_conserved(book):
    post(
        book,
        ACTOR,
        [
            fact("10"),
            fact("5", reference="b"),
            fact("2", "t", activity="waste.board.recycling"),
            fact("3", "kg", activity="fuel.stationary.peat"),
            fact("1", "kWh(net)", activity=GAS),
        ],
    )
    counts = inventory(book).counts
    for tally in counts.values():
        assert tally["demands"] == tally["exact"] + tally["fallback"] + tally["unresolved"]
    assert counts["s2.location.electricity"] == {"demands": 2, "exact": 0, "fallback": 2, "unresolved": 0}
    assert counts["s3.5.waste"] == {"demands": 1, "exact": 0, "fallback": 1, "unresolved": 0}
    assert counts["s1.stationary"] == {"demands": 2, "exact": 0, "fallback": 0, "unresolved": 2}
    assert counts["s3.3.electricity-wtt"]["unresolved"] == 2


def test_what_is_unresolved_is_listed_and_in_no_total(book):
    post(book, ACTOR, [fact("10", "kWh(gross)", activity=GAS)])
    before = inventory(book)
    post(book, ACTOR, [fact("999", "kg", activity="fuel.stationary.peat")])
    after = inventory(book)
    assert after.total() == before.total() > 0
    listed = {(line.rule.id, line.stream.activity, line.quantity) for line in after.unresolved()}
    assert ("s1.stationary", "fuel.stationary.peat", 999) in listed
    assert "fuel.stationary.peat" in after.canonical().decode()


def test_biogenic_carbon_stands_outside_gross(book):
    post(book, ACTOR, [fact("100", "kg", activity="fuel.stationary.wood")])
    read = inventory(book, view=View(gwp="AR6"))
    assert read.total(scope="1") == 100 * Fraction("0.002") * 27
    assert read.total(BIOGENIC) == 170


@pytest.mark.parametrize(("gwp", "n2o", "ch4"), [("AR4", 298, 25), ("AR5", 265, 28), ("AR6", 273, 27)])
def test_the_assessment_report_is_a_view(lite, gwp, n2o, ch4):
    post(lite, ACTOR, [fact("1", "kWh(gross)", activity=GAS)])
    run = calculate(lite, ACTOR, YEAR)
    head = lite.head()
    expected = Fraction("0.18") + ch4 * Fraction("0.0000034") + n2o * Fraction("0.0000001")
    assert read_inventory(lite, run.id, View(gwp=gwp)).total(scope="1") == expected
    assert lite.head() == head, "reading writes nothing: no new run"


def test_a_gas_without_a_value_in_the_set_is_refused_and_not_taken_as_zero(lite):
    post(lite, ACTOR, [fact("1", "kWh(gross)", activity=GAS)])
    run = calculate(lite, ACTOR, YEAR)
    with pytest.raises(QinglianError) as error:
        read_inventory(lite, run.id, View(gwp="SAR"))
    assert error.value.code == "ledger.gwp_unknown"


def test_the_same_inputs_are_the_same_run(book):
    post(book, ACTOR, [fact("10")])
    first = calculate(book, ACTOR, YEAR)
    again = calculate(book, ACTOR, YEAR)
    assert (again.id, again.outputs) == (first.id, first.outputs)
    with book.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.run)).scalar_one() == 1
    assert audit(book).passed


def test_other_inputs_are_another_run_and_the_old_one_still_reads(book, write_pack):
    post(book, ACTOR, [fact("10")])
    old = calculate(book, ACTOR, YEAR)
    before = read_inventory(book, old.id).sha256
    better = write_pack(*(row.replace("CO2,0.2,", "CO2,0.3,") for row in TINY), version="2", gwp=True)
    install_packs(book, ACTOR, (better,))
    new = calculate(book, ACTOR, YEAR)
    assert new.id != old.id
    assert read_inventory(book, new.id).total(scope="2", method="location") == 3
    assert read_inventory(book, old.id).total(scope="2", method="location") == 2
    assert read_inventory(book, old.id).sha256 == before


def test_the_cache_of_sums_may_be_deleted_at_any_time(lite):
    post(lite, ACTOR, [fact("10")])
    first = calculate(lite, ACTOR, YEAR)
    for path in lite.cache_folder.iterdir():
        path.unlink()
    post(lite, ACTOR, [fact("5", reference="b", scenario="plan:A")])
    assert inventory(lite).total(scope="2", method="location") == 2
    assert read_inventory(lite, first.id).total(scope="2", method="location") == 2


def test_an_inventory_reads_actual_facts_only(book):
    post(book, ACTOR, [fact("10"), fact("1000", scenario="plan:A"), fact("500", scenario="baseline:B")])
    assert inventory(book).total(scope="2", method="location") == 2
    assert inventory(book, scenario="plan:A").total(scope="2", method="location") == 200
    assert inventory(book, scenario="plan:none").total() == 0


def test_only_the_part_of_a_record_inside_the_period_counts(book):
    post(book, ACTOR, [fact("62", start=date(2021, 12, 1), end=date(2022, 2, 1))])
    before = inventory(book, Span(date(2021, 1, 1), date(2022, 1, 1), "2021"))
    assert before.total(scope="2", method="location") == 31 * Fraction("0.2")
    assert inventory(book).total(scope="2", method="location") == 31 * Fraction("0.2")


def test_a_factor_that_changes_inside_a_month_is_met_day_by_day(make_book, write_pack):
    row = "electricity.purchased,,grid:CN,{},{},CO2,{},kg,kWh,direct,,false,location,,1,s,x,"
    pack = write_pack(
        row.format("2020-01-01", "2022-03-11", "1"), row.format("2022-03-11", "2030-01-01", "2")
    )
    book = make_book(packs=(pack,))
    post(book, ACTOR, [fact("1", start=date(2022, 3, day)) for day in range(1, 32)])
    assert inventory(book).total(scope="2", method="location") == 10 + 21 * 2


def test_reversal_and_replacement_count_once(book):
    post(book, ACTOR, [fact("10"), fact("20", reference="b")])
    correct(book, ACTOR, 1, fact("11"), reason="typo")
    read = inventory(book)
    assert read.total(scope="2", method="location") == 31 * Fraction("0.2")
    assert read.counts["s2.location.electricity"]["demands"] == 2


def test_an_undone_batch_leaves_nothing_behind(book):
    post(book, ACTOR, [fact("10", start=date(2022, 1, 16), end=date(2022, 6, 3))])
    calculate(book, ACTOR, YEAR)
    undo(book, ACTOR, 1, reason="wrong")
    read = inventory(book)
    assert read.total() == 0
    assert all(line.quantity == 0 for line in read.lines)


def test_without_factors_there_is_no_calculation(make_book):
    book = make_book(packs=())
    post(book, ACTOR, [fact()])
    with pytest.raises(QinglianError) as error:
        calculate(book, ACTOR, YEAR)
    assert error.value.code == "ledger.no_factors"


def test_an_empty_period_is_an_empty_inventory(book):
    read = inventory(book, Span(date(2015, 1, 1), date(2016, 1, 1), "2015"))
    assert (read.total(), read.lines) == (0, ())


def test_a_missing_segment_is_an_error_and_not_a_smaller_total(lite):
    post(lite, ACTOR, [fact()])
    calculate(lite, ACTOR, YEAR)
    (segment,) = lite.segment_folder.iterdir()
    segment.unlink()
    with pytest.raises(QinglianError) as error:
        calculate(lite, ACTOR, Span(date(2022, 3, 1), date(2022, 4, 1), "2022-03"))
    assert error.value.code == "ledger.segment_missing"


def test_what_is_stored_holds_no_float(lite):
    post(lite, ACTOR, [fact("0.1"), fact("1", "kWh(gross)", activity=GAS)])
    run = calculate(lite, ACTOR, YEAR)
    for name, digest in run.outputs.items():
        if name != "context":
            types = [str(field.type) for field in pq.read_schema(lite.run_folder / f"{digest}.parquet")]
            assert not [kind for kind in types if "float" in kind or "double" in kind]
    lines = pq.read_table(lite.run_folder / f"{run.outputs['lines']}.parquet")
    assert {type(value) for value in lines["quantity"].to_pylist()} == {Decimal}
    assert set(lines["quantity"].to_pylist()) == {Decimal(1)}  # 0.1 kWh is one step of a tenth
