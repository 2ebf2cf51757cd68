from __future__ import annotations

from importlib import metadata

import pytest

from qinglian.core.entry_points import EntryPoint, entry_points


@pytest.mark.parametrize("group", sorted(metadata.entry_points().groups))
def test_the_same_are_found_as_by_importlib(group):
    announced = metadata.entry_points(group=group)
    theirs = {(entry.name, entry.value.partition("[")[0].strip()) for entry in announced}
    assert {(entry.name, entry.target) for entry in entry_points(group)} == theirs


def announce(folder, distribution, text):
    info = folder / f"{distribution}.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    return str(folder)


def test_only_the_group_is_read_and_in_order(tmp_path):
    text = "[other]\na = b:c\n\n[rooms]\n# note\nwater = w.room:ROOM [extra]\nair=a : ROOM\n[more]\nx = y\n"
    found = entry_points("rooms", [announce(tmp_path, "house-1.0", text)])
    assert found == (EntryPoint("air", "a:ROOM"), EntryPoint("water", "w.room:ROOM"))


def test_a_distribution_found_twice_counts_where_it_is_found_first(tmp_path):
    new = announce(tmp_path / "new", "house-2.0", "[rooms]\nwater = new:ROOM\n")
    old = announce(tmp_path / "old", "House-1.0", "[rooms]\nwater = old:ROOM\nice = old:ICE\n")
    assert entry_points("rooms", [new, old]) == (EntryPoint("water", "new:ROOM"),)


def test_a_path_without_distributions_has_none(tmp_path):
    assert entry_points("rooms", [str(tmp_path), str(tmp_path / "missing")]) == ()


def test_an_entry_point_loads_its_object():
    assert EntryPoint("x", "qinglian.core.entry_points:EntryPoint.load").load() is EntryPoint.load
    with pytest.raises(AttributeError):
        EntryPoint("x", "qinglian.core.entry_points:nothing").load()
