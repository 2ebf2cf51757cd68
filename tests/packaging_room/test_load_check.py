"""The load-plan checker against small cases by hand and a brute-force oracle of unit cubes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.packaging.load_check import LoadCheck, union_area
from qinglian.packaging.load_plan import ROTATIONS, Box, LoadPlan, Placement, Space

EDGE = 5


def box(length, width, height, grams=100, **other):
    return Box(id="B", size=(length, width, height), mass_g=Fraction(grams), **other)


def put(name, kind, at, rotation="LWH"):
    return Placement(id=name, load="S", box=kind, at=at, rotation=rotation)


def checked(*placements, size=(10, 10, 10), **limits):
    return LoadCheck(LoadPlan(Space(id="S", size=size, **limits), placements))


def codes(found):
    return [problem.code.removeprefix("packaging.") for problem in found.violations]


def test_a_full_layer_stands():
    found = checked(*(put(f"{x}{y}", box(5, 5, 5), (x, y, 0)) for x in (0, 5) for y in (0, 5)))
    assert codes(found) == []
    assert found.cube_utilisation == Fraction(1, 2)
    assert found.centre == (5, 5, Fraction(5, 2))
    assert found.mass_g == 400


def test_touching_is_no_overlap_and_a_millimetre_is():
    assert codes(checked(put("a", box(5, 5, 5), (0, 0, 0)), put("b", box(5, 5, 5), (5, 0, 0)))) == []
    assert codes(checked(put("a", box(5, 5, 5), (0, 0, 0)), put("b", box(5, 5, 5), (4, 0, 0)))) == [
        "load_overlap"
    ]


@pytest.mark.parametrize("at", [(-1, 0, 0), (6, 0, 0), (0, 6, 0), (0, 0, 6)])
def test_outside(at):
    assert "load_outside" in codes(checked(put("a", box(5, 5, 5), at), support=Fraction(0)))


@pytest.mark.parametrize(
    ("turning", "rotation", "allowed"),
    [
        ("fixed", "LWH", True),
        ("fixed", "WLH", False),
        ("upright", "WLH", True),
        ("upright", "LHW", False),
        ("any", "HWL", True),
    ],
)
def test_turning(turning, rotation, allowed):
    assert (
        "load_turned" not in codes(checked(put("a", box(1, 2, 3, turning=turning), (0, 0, 0), rotation)))
    ) is allowed


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_turned_box_keeps_its_volume(rotation):
    placed = put("a", box(1, 2, 3), (0, 0, 0), rotation)
    assert sorted(placed.size) == [1, 2, 3]
    assert (placed.size[2] == 3) is (rotation in {"LWH", "WLH"})


def test_support_is_exact():
    """A 10 × 10 box over a 7 × 10 one: 70 % of its bottom rests."""
    boxes = (put("a", box(7, 10, 5), (0, 0, 0)), put("b", box(10, 10, 5), (0, 0, 5)))
    assert codes(checked(*boxes, support=Fraction(7, 10))) == []
    assert codes(checked(*boxes, support=Fraction(71, 100))) == ["load_unsupported"]


def test_a_box_in_the_air_rests_on_nothing():
    assert checked(put("a", box(5, 5, 5), (0, 0, 1))).support(0) == 0


def test_weight_goes_down_through_every_layer():
    """c (300 g) stands half on a, half on b; d (100 g) on c: a and b carry 200 g each."""
    found = checked(
        put("a", box(5, 10, 2, bears_g=Fraction(200)), (0, 0, 0)),
        put("b", box(5, 10, 2, bears_g=Fraction(199)), (5, 0, 0)),
        put("c", box(10, 10, 2, grams=300), (0, 0, 2)),
        put("d", box(2, 2, 2, grams=100, bears_g=Fraction(0)), (4, 4, 4)),
    )
    assert found.on_top == (200, 200, 100, 0)
    assert codes(found) == ["load_crushed"]
    assert found.unknown == ("c",)


def test_mass_and_centre_of_gravity():
    boxes = (put("a", box(5, 10, 10, grams=900), (0, 0, 0)), put("b", box(5, 10, 10), (5, 0, 0)))
    found = checked(*boxes, max_g=Fraction(999), off_centre=Fraction(1, 10), highest_centre=Fraction(4, 10))
    assert found.centre == (Fraction(7, 2) - Fraction(1, 2), 5, 5)
    assert codes(found) == ["load_heavy", "load_off_centre", "load_top_heavy"]
    assert codes(checked(*boxes, max_g=Fraction(1000), off_centre=Fraction(1, 5))) == []


def test_an_empty_plan_has_no_centre():
    assert checked().centre is None
    assert codes(checked()) == []


def cubes(placed):
    (x, y, z), (a, b, c) = placed.at, placed.end
    return {(i, j, k) for i in range(x, a) for j in range(y, b) for k in range(z, c)}


lengths = st.integers(1, EDGE)
placements = st.builds(
    lambda size, at, rotation, grams: (size, at, rotation, grams),
    st.tuples(lengths, lengths, lengths),
    st.tuples(*[st.integers(-1, EDGE)] * 3),
    st.sampled_from(sorted(ROTATIONS)),
    st.integers(1, 9),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(placements, max_size=5), st.fractions(0, 1, max_denominator=9))
def test_agrees_with_unit_cubes(rows, support):
    boxes = tuple(
        put(str(number), box(*size, grams=grams, turning="any"), at, rotation)
        for number, (size, at, rotation, grams) in enumerate(rows)
    )
    found = checked(*boxes, size=(EDGE, EDGE, EDGE), support=support)
    space = {(i, j, k) for i in range(EDGE) for j in range(EDGE) for k in range(EDGE)}
    solid = {placed.id: cubes(placed) for placed in boxes}
    outside = {name for name, taken in solid.items() if not taken <= space}
    overlaps = {(a, b) for a in solid for b in solid if a < b and solid[a] & solid[b]}
    unsupported = set()
    for placed in boxes:
        bottom = {(i, j) for i, j, k in solid[placed.id] if k == placed.at[2]}
        tops = {
            (i, j)
            for other in boxes
            if other.end[2] == placed.at[2]
            for i, j, k in solid[other.id]
            if k == other.end[2] - 1
        }
        rests = bottom if placed.at[2] == 0 else bottom & tops
        if Fraction(len(rests), len(bottom)) < support:
            unsupported.add(placed.id)
    told = {kind: set() for kind in ("load_outside", "load_overlap", "load_unsupported")}
    for problem in found.violations:
        values = problem.params
        name = (values["name"], values["other"]) if "other" in values else values.get("name")
        told.setdefault(problem.code.removeprefix("packaging."), set()).add(name)
    assert told["load_outside"] == outside
    assert told["load_overlap"] == overlaps
    assert told["load_unsupported"] == unsupported
    assert found.cube_utilisation == Fraction(sum(map(len, solid.values())), EDGE**3)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 3), st.integers(0, 3))
def test_order_of_rows_changes_nothing(order, dx, dy):
    boxes = [put(str(i), box(4, 4, 2, grams=i + 1), (dx * (i % 2), dy * (i % 2), 2 * i)) for i in range(6)]
    one, two = checked(*boxes, size=(9, 9, 12)), checked(*(boxes[i] for i in order), size=(9, 9, 12))
    assert {p.id: w for p, w in zip(one.plan.placements, one.on_top, strict=True)} == {
        p.id: w for p, w in zip(two.plan.placements, two.on_top, strict=True)
    }
    assert one.centre == two.centre
    assert sorted(codes(one)) == sorted(codes(two))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), max_size=5))
def test_union_area_counts_each_cell_once(corners):
    rectangles = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    cells = {(x, y) for a, b, c, d in rectangles for x in range(a, c) for y in range(b, d)}
    assert union_area(rectangles) == len(cells)


def test_weight_on_the_floor_is_the_weight_of_all():
    """What stands on the floor and what it carries add up to the whole load."""
    boxes = [put("a", box(5, 10, 2), (0, 0, 0)), put("b", box(5, 10, 2), (5, 0, 0))]
    boxes += [put("c", box(9, 9, 2), (0, 0, 2)), put("d", box(3, 3, 2), (4, 4, 4))]
    found = checked(*boxes, support=Fraction(0))
    floor = [i for i, placed in enumerate(found.plan.placements) if placed.at[2] == 0]
    assert sum(found.on_top[i] + boxes[i].box.mass_g for i in floor) == found.mass_g


@st.composite
def cut_up(draw, size=(24, 18, 12), at=(0, 0, 0), depth=4):
    """A foreign plan that is right by its making: a space cut straight through, again and again."""
    axis = draw(st.integers(0, 2))
    if depth == 0 or size[axis] < 2 or not draw(st.booleans()):
        return [(at, size)]
    cut = draw(st.integers(1, size[axis] - 1))
    low = tuple(cut if i == axis else length for i, length in enumerate(size))
    high = tuple(length - cut if i == axis else length for i, length in enumerate(size))
    beyond = tuple(start + cut if i == axis else start for i, start in enumerate(at))
    return [*draw(cut_up(low, at, depth - 1)), *draw(cut_up(high, beyond, depth - 1))]


def foreign(rows):
    return tuple(put(str(number), box(*size), at) for number, (at, size) in enumerate(rows))


@settings(max_examples=80, deadline=None)
@given(cut_up())
def test_a_space_cut_up_is_full_and_stands(rows):
    found = checked(*foreign(rows), size=(24, 18, 12), support=Fraction(1))
    assert codes(found) == []
    assert found.cube_utilisation == 1
    assert all(found.support(index) == 1 for index in range(len(rows)))


@settings(max_examples=80, deadline=None)
@given(cut_up(), st.data())
def test_one_millimetre_off_in_a_full_space_is_always_found(rows, data):
    moved = data.draw(st.integers(0, len(rows) - 1))
    axis, step = data.draw(st.integers(0, 2)), data.draw(st.sampled_from([-1, 1]))
    at, size = rows[moved]
    rows[moved] = (tuple(start + step * (i == axis) for i, start in enumerate(at)), size)
    found = set(codes(checked(*foreign(rows), size=(24, 18, 12), support=Fraction(0))))
    assert found & {"load_outside", "load_overlap"}
