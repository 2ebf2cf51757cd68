from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.production.lots import Lotting, group, loose, served, with_lots, without_order
from qinglian.production.model import Order
from qinglian.production.plan import Plan, Task

from .weeks import small_week

ORDERS = st.lists(
    st.builds(
        Order,
        id=st.uuids().map(str),
        family=st.sampled_from(["A", "B"]),
        units=st.integers(0, 60),
        release=st.integers(0, 600),
        due=st.integers(0, 3000),
        weight=st.integers(0, 4),
        deadline=st.none() | st.sampled_from([3000, 4000]),
        kit=st.sampled_from(["", "k1"]),
    ),
    unique_by=lambda order: order.id,
    max_size=40,
)
RULES = st.builds(Lotting, st.integers(1, 1000), st.integers(1, 300), st.integers(1, 100))


@given(ORDERS, RULES)
def test_lots_are_a_partition_with_exact_units(orders, rule):
    by_id = {order.id: order for order in orders}
    lots = group(orders, rule)
    assert sorted(name for lot in lots for name in lot.orders) == sorted(by_id)
    for lot in lots:
        members = [by_id[name] for name in lot.orders]
        assert lot.units == sum(order.units for order in members)
        assert len([order for order in members if order.units]) <= 1 or lot.units <= rule.max_units
        assert {(order.family, order.kit, order.deadline) for order in members} == {
            (lot.family, members[0].kit, lot.deadline)
        }
        assert len({order.due // rule.due_window for order in members}) == 1


@given(ORDERS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_orders_does_not_matter(orders, rule, random):
    shuffled = list(orders)
    random.shuffle(shuffled)
    assert group(orders, rule) == group(shuffled, rule)


@given(ORDERS, RULES, st.integers(0, 6000))
def test_a_lot_is_at_least_as_late_as_its_orders(orders, rule, end):
    by_id = {order.id: order for order in orders if order.units}
    for lot in group(by_id.values(), rule):
        members = [by_id[name] for name in lot.orders]
        apart = sum(order.weight * max(0, end - order.due) for order in members)
        together = lot.weight * max(0, end - lot.due)
        assert together >= apart
        assert all(order.release <= lot.release for order in members)
        if len({order.due for order in members}) == 1:
            assert together == apart


def test_fifty_six_thousand_orders_in_seconds():
    random = Random(1)
    orders = [
        Order(
            id=f"O{number}",
            family=f"F{random.randrange(60)}",
            units=random.choice((1, 1, 2, 3, 4, 40)),
            release=random.randrange(40) * 240,
            due=random.randrange(21) * 480,
            weight=random.choice((1, 2, 4)),
        )
        for number in range(56_000)
    ]
    begun = time.process_time()
    lots = group(orders, Lotting(due_window=1440, release_window=1440, max_units=400))
    assert time.process_time() - begun < 3
    assert sum(lot.units for lot in lots) == sum(order.units for order in orders)
    assert len(lots) < 56_000 / 10


def test_loose_orders_join_stated_lots():
    week = small_week(
        orders=(Order(id="o1", family="A", units=2, due=9), Order(id="o2", family="A", units=3, due=9))
    )
    grouped = with_lots(week)
    assert [order.id for order in loose(week)] == ["o1", "o2"]
    assert grouped.lots[-1].orders == ("o1", "o2")
    assert loose(grouped) == ()
    assert with_lots(grouped) is grouped


def test_an_order_can_be_taken_out_again():
    week = with_lots(
        small_week(
            orders=(Order(id="o1", family="A", units=2, due=9), Order(id="o2", family="A", units=3, due=7))
        )
    )
    less = without_order(week, "o2")
    assert less.lot_of["LOT-o2"].units == 2
    assert less.lot_of["LOT-o2"].due == 9
    assert "LOT-o2" not in without_order(less, "o1").lot_of


def test_orders_are_followed_to_the_minute():
    orders = (
        Order(id="o1", family="A", units=2, due=9),
        Order(id="o2", family="A", units=3, due=40),
        Order(id="o3", family="A", units=0, due=1, release=5, kit="other"),
    )
    week = with_lots(small_week(orders=orders), Lotting(due_window=1000))
    plan = Plan((Task("LOT-o1", "L1", 0, 0, 0, 25),))
    assert [(row.order.id, row.end, row.late) for row in served(week, plan)] == [
        ("o1", 25, 16),
        ("o2", 25, 0),
        ("o3", 5, 4),
    ]


@pytest.mark.parametrize("wrong", [{"due_window": 0}, {"max_units": 0}])
def test_an_impossible_rule_is_refused(wrong):
    with pytest.raises(ValueError, match="at least 1"):
        Lotting(**wrong)
