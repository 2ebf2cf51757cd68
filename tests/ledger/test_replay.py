"""Replay: the same bytes from the same inputs, whatever the book learned since; and the first difference."""

import shutil
from datetime import date
from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ledger import replay as module
from qinglian.ledger.book import open_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.engines import open_engine
from qinglian.ledger.installed import install_packs
from qinglian.ledger.organisation import OwnershipShare, add_facility, add_ownership
from qinglian.ledger.posting import post
from qinglian.ledger.replay import replay, replay_run
from qinglian.ledger.versions import create_version
from tests.ledger import conftest as write

NEWER = (
    "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.3,kg,kWh,direct,,false,location,,1,s,E1,",
    "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.5,kg,kWh,residual,,false,market,,1,s,E2,",
)


@pytest.fixture
def frozen(book, actor, year):
    write.add_certificates(book, write.certificate("100"))
    facts = [write.fact("1000"), write.fact("3", "MWh", start=date(2022, 6, 1), source="m2")]
    post(book, actor, facts)
    return create_version(book, actor, calculate(book, actor, year).id)


def learn_more(book, actor, write_pack):
    post(book, actor, [write.fact("999", start=date(2022, 7, 1))])
    install_packs(book, actor, (write_pack(*NEWER, version="2", published="2021-01-01", gwp=True),))
    write.add_certificates(book, write.certificate("500", "C-2"))
    add_ownership(book, actor, OwnershipShare("group", Fraction(1, 2), True, True, date(2020, 1, 1), None))
    add_facility(book, actor, "anqing", name="Anqing", where="CN-AH")


def test_a_replay_gives_the_same_bytes_after_the_book_has_moved_on(book, actor, year, write_pack, frozen):
    learn_more(book, actor, write_pack)
    result = replay(book, frozen.id)
    assert result.same
    assert result.found == frozen.export_sha256
    assert calculate(book, actor, year).id != frozen.run  # the moved book would not say the same


def test_a_replay_on_another_machine_and_another_number_of_threads(lite, actor, year, tmp_path):
    post(lite, actor, [write.fact("1000")])
    frozen = create_version(lite, actor, calculate(lite, actor, year).id)
    shutil.copytree(lite.folder, tmp_path / "elsewhere")
    elsewhere = open_book(tmp_path / "elsewhere")
    engine = open_engine("duckdb", threads=1)
    assert replay(elsewhere, frozen.id, engine=engine).same
    engine.close()


def test_a_run_nobody_froze_can_be_replayed(lite, actor, year):
    post(lite, actor, [write.fact("1000")])
    assert replay_run(lite, calculate(lite, actor, year).id).same


def test_a_poisoned_cache_does_not_reach_the_replay(lite, actor, year):
    post(lite, actor, [write.fact("1000")])
    frozen = create_version(lite, actor, calculate(lite, actor, year).id)
    for path in lite.cache_folder.iterdir():
        path.write_bytes(b"poison")
    assert replay(lite, frozen.id).same


def test_stored_lines_that_do_not_follow_from_the_inputs_are_shown(lite, actor, year):
    """A run stored with a false line reads fine and has an honest hash; only recalculating finds it."""
    from unittest.mock import patch

    import pyarrow as pa
    import pyarrow.compute as pc

    from qinglian.ledger import application

    post(lite, actor, [write.fact("1000")])
    honest = application._lines

    def false(applied: pa.Table) -> pa.Table:
        table = honest(applied)
        halved = pc.divide(table["quantity"].cast(pa.int64()), 2).cast(table["quantity"].type)
        return table.set_column(table.schema.get_field_index("quantity"), "quantity", halved)

    with patch.object(application, "_lines", false):
        frozen = create_version(lite, actor, calculate(lite, actor, year).id)
    result = replay(lite, frozen.id)
    assert not result.same
    assert '"100","100"' in result.stored_line
    assert '"200","200"' in result.found_line


def test_a_changed_segment_is_refused(lite, actor, year):
    post(lite, actor, [write.fact("1000")])
    frozen = create_version(lite, actor, calculate(lite, actor, year).id)
    path = next(lite.segment_folder.iterdir())
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(QinglianError) as caught:
        replay(lite, frozen.id)
    assert caught.value.code == "ledger.audit_file_changed"


def test_another_method_version_is_refused(lite, actor, year, monkeypatch):
    post(lite, actor, [write.fact("1000")])
    frozen = create_version(lite, actor, calculate(lite, actor, year).id)
    monkeypatch.setattr(module, "METHOD_VERSION", "999")
    with pytest.raises(QinglianError) as caught:
        replay(lite, frozen.id)
    assert caught.value.code == "ledger.method_changed"
