"""The evidence pack: whole populations, control totals, and samples an assurer draws without us."""

import json
import subprocess
import sys
import zipfile
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.canonical import sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.disclosure.pack import drawn, write_pack
from qinglian.disclosure.statement import build_statement
from qinglian.disclosure.verifier import sample
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import View
from qinglian.ledger.organisation import OwnershipShare, add_ownership
from qinglian.ledger.posting import post, undo
from qinglian.ledger.versions import create_version
from tests.disclosure.conftest import AS_OF, publish
from tests.ledger import conftest as write


@pytest.fixture
def pack(book, drafted, tmp_path):
    path = tmp_path / "pack.zip"
    write_pack(book, drafted.id, AS_OF, path)
    return path


def alone(pack, script, *arguments):
    """Run a script of the pack with nothing but the standard library."""
    with zipfile.ZipFile(pack) as archive:
        place = pack.with_suffix(f".{script}")
        place.write_bytes(archive.read(script))
    command = [sys.executable, "-I", "-S", str(place), str(pack), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rewritten(pack, change, *, rehash=True):
    """Change members of a pack; with `rehash` the manifest fits again."""
    with zipfile.ZipFile(pack) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if rehash:
        manifest = json.loads(members["manifest.json"])
        manifest["files"] = {n: sha256_hex(c) for n, c in members.items() if n != "manifest.json"}
        members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(pack, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return pack


def test_the_pack_has_the_same_bytes_each_time_and_verifies_alone(pack, book, drafted, tmp_path):
    again = tmp_path / "again.zip"
    write_pack(book, drafted.id, AS_OF, again)
    assert again.read_bytes() == pack.read_bytes()
    found = alone(pack, "verify.py")
    assert (found.returncode, found.stderr) == (0, "")
    with zipfile.ZipFile(pack) as archive:
        (tmp_path / "ledger.zip").write_bytes(archive.read("ledger.zip"))
    inner = alone(tmp_path / "ledger.zip", "verify.py")
    assert inner.returncode == 0, inner.stdout


def test_control_totals_are_the_figures(pack, book, drafted):
    statement = build_statement(book, drafted.id, AS_OF)
    with zipfile.ZipFile(pack) as archive:
        controls = json.loads(archive.read("controls.json"))
    stating = {
        e["point"]["code"]: e["exact"]
        for e in statement.data["points"]
        if e["exact"] is not None and not e["point"]["sum_of"]
    }
    assert {code: one["total"] for code, one in controls.items()} == stating
    assert controls["ghg.scope2.location"]["records"] == 3


def test_a_bill_that_crosses_months_is_one_record(lite, actor, year, tmp_path):
    bill = write.fact("900", start=write.date(2022, 1, 15), end=write.date(2022, 4, 15))
    post(lite, actor, [bill])
    drafted = create_version(lite, actor, calculate(lite, actor, year).id)
    publish(lite, drafted.id)
    pack = tmp_path / "pack.zip"
    assert write_pack(lite, drafted.id, AS_OF, pack).controls["ghg.scope2.location"]["records"] == 1
    (record,) = drawn(pack, "ghg.scope2.location", 5, "x", "unit")
    assert record["quantity"] == "900/1"
    assert alone(pack, "verify.py").returncode == 0


def test_shares_and_reversals_keep_every_control_total(lite, actor, year, tmp_path):
    half = OwnershipShare("group", Fraction(1, 2), True, True, write.date(2020, 1, 1), write.date(2022, 4, 1))
    whole = OwnershipShare("group", Fraction(1), True, True, write.date(2022, 4, 1), None)
    for share in (half, whole):
        add_ownership(lite, actor, share, reason="bought")
    post(lite, actor, [write.fact("1000"), write.fact("500", start=write.date(2022, 5, 1), source="meter-2")])
    wrong = post(lite, actor, [write.fact("77", start=write.date(2022, 6, 1), source="meter-3")])
    undo(lite, actor, wrong.batch, reason="typed twice")
    drafted = create_version(lite, actor, calculate(lite, actor, year).id, View("equity"))
    publish(lite, drafted.id)
    statement = build_statement(lite, drafted.id, AS_OF)
    assert Fraction(statement.point("energy.electricity.purchased")["exact"]) == 1
    assert Fraction(statement.point("ghg.scope2.location")["exact"]) == Fraction("0.2")
    pack = tmp_path / "pack.zip"
    write_pack(lite, drafted.id, AS_OF, pack)
    found = alone(pack, "verify.py")
    assert found.returncode == 0, found.stdout


def lines(name):
    def without_first(members):
        members[name] = members[name].split(b"\n", 1)[1]

    return without_first


@pytest.mark.parametrize("name", ["populations/ghg.scope2.location.jsonl", "records.jsonl"])
def test_a_line_or_record_taken_out_is_noticed(pack, name):
    found = alone(rewritten(pack, lines(name)), "verify.py")
    assert found.returncode == 1
    assert "do not add up" in found.stdout


def test_a_changed_rule_and_a_changed_file_are_noticed(pack):
    def other_rules(members):
        members["rules.json"] = members["rules.json"].replace(b"s2.location", b"s2.l0cation")

    assert "rules.json: not the run's" in alone(rewritten(pack, other_rules), "verify.py").stdout

    def touched(members):
        members["controls.json"] += b" "

    assert (
        "controls.json: missing, changed" in alone(rewritten(pack, touched, rehash=False), "verify.py").stdout
    )


def test_the_assurer_draws_what_the_command_draws(pack):
    printed = alone(pack, "sample.py", "ghg.scope2.location", "--size", "2", "--seed", "dice 4711")
    records = [json.loads(line) for line in printed.stdout.splitlines()]
    ours = drawn(pack, "ghg.scope2.location", 2, "dice 4711", "random")
    assert [one["fact"] for one in records] == [one["fact"] for one in ours]
    assert [Fraction(one["weight"]) for one in records] == [one["weight"] for one in ours]


def test_weights_of_a_population_add_up_to_the_figure(pack, book, drafted):
    statement = build_statement(book, drafted.id, AS_OF)
    with zipfile.ZipFile(pack) as archive:
        for code in json.loads(archive.read("controls.json")):
            records = sample.population(archive, code)
            assert sum(one["weight"] for one in records) == Fraction(statement.point(code)["exact"])


def test_what_is_no_pack_or_no_population_is_refused(pack, tmp_path):
    (tmp_path / "no.zip").write_text("no", encoding="utf-8")
    for path, code, wanted in (
        (tmp_path / "no.zip", "ghg.scope1", "disclosure.pack_unreadable"),
        (pack, "ghg.total.market", "disclosure.pack_point_missing"),
    ):
        with pytest.raises(QinglianError) as caught:
            drawn(path, code, 1, "x", "random")
        assert caught.value.code == wanted


weights = st.lists(st.fractions(0, 1000, max_denominator=100), min_size=1, max_size=40)


def population(values):
    return [{"fact": n, "start": 0, "weight": value} for n, value in enumerate(values)]


@given(weights, st.integers(1, 50), st.text(max_size=8))
def test_samples_depend_on_seed_and_population_alone(values, size, seed):
    records = population(values)
    for method in ("random", "unit"):
        once = sample.draw(records, "p", size, seed, method)
        assert once == sample.draw(list(reversed(records)), "p", size, seed, method) or method == "unit"
        assert once == sample.draw(records, "p", size, seed, method)
        assert len({one["fact"] for one in once}) == len(once) <= size
    assert len(sample.draw(records, "p", size, seed, "random")) == min(size, len(records))


@given(weights, st.integers(1, 20), st.text(max_size=8))
def test_a_record_larger_than_the_step_cannot_hide(values, size, seed):
    records, total = population(values), sum(values)
    chosen = {one["fact"] for one in sample.draw(records, "p", size, seed, "unit")}
    for record in records:
        if total and record["weight"] >= total / size:
            assert record["fact"] in chosen
        if not record["weight"]:
            assert record["fact"] not in chosen
