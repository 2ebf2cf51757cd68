"""Evidence packs: deterministic bytes, and a verifier that needs only Python and finds every change."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qinglian.ledger import evidence
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import open_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.erasure import erase_evidence
from qinglian.ledger.evidence_pack import write_evidence_pack
from qinglian.ledger.posting import post
from qinglian.ledger.versions import create_version, decide
from tests.ledger import conftest as write

ZHANG = Actor("zhang.min", "Zhang Min", authenticated=True)


@pytest.fixture
def published(book, actor, year, tmp_path):
    bill = tmp_path / "bill.csv"
    bill.write_text("a bill", encoding="utf-8")
    write.add_certificates(book, write.certificate("100"))
    facts = [
        write.fact("1000"),
        write.fact("70", "kWh(gross)", activity="fuel.stationary.natural_gas"),
        write.fact("3", "t", activity="waste.board.recycling"),
    ]
    post(book, actor, facts, source=evidence.store(book, bill))
    drafted = create_version(book, actor, calculate(book, actor, year).id)
    for state in ("reviewed", "approved", "published"):
        drafted = decide(book, ZHANG, drafted.id, state)
    return drafted


def verify(pack: Path, *more: str):
    """Run the verifier that lies in the pack, isolated from every installed package."""
    script = pack.with_suffix(".verify.py")
    with zipfile.ZipFile(pack) as archive:
        script.write_bytes(archive.read("verify.py"))
    command = [sys.executable, "-I", "-S", str(script), str(pack), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(pack: Path, name: str, edit, *, relist: bool = True) -> Path:
    """Copy a pack with one member changed, and the manifest made to agree if asked."""
    import hashlib

    target = pack.with_name("changed.zip")
    with zipfile.ZipFile(pack) as archive:
        members = {entry: archive.read(entry) for entry in archive.namelist()}
    members[name] = edit(members[name])
    if relist:
        manifest = json.loads(members["manifest.json"])
        manifest["files"][name] = hashlib.sha256(members[name]).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for entry, content in members.items():
            archive.writestr(entry, content)
    return target


def test_the_pack_verifies_without_this_package_and_holds_the_published_head(book, published, tmp_path):
    pack = tmp_path / "pack.zip"
    write_evidence_pack(book, published.id, pack, with_segments=True)
    result = verify(pack, "--head", published.head)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"OK export {published.export_sha256}" in result.stdout
    with zipfile.ZipFile(pack) as archive:
        names = archive.namelist()
        assert any(archive.read(name) == b"a bill" for name in names if name.startswith("evidence/"))
        assert any(name.startswith("segments/") for name in names)
        assert b"Zhang" not in b"".join(archive.read(name) for name in names)  # keys, not names
    other = verify(pack, "--head", "0" * 64)
    assert other.returncode == 1
    assert "does not hold the head" in other.stdout


def test_the_same_book_gives_the_same_bytes(book, published, actor, tmp_path):
    first = write_evidence_pack(book, published.id, tmp_path / "one.zip")
    post(book, actor, [write.fact("1", start=write.date(2023, 5, 1))])  # what comes later is not in it
    second = write_evidence_pack(book, published.id, tmp_path / "two.zip")
    assert first == second
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("name", "edit", "fault"),
    [
        ("chain.jsonl", lambda b: b.replace(b'\\"action\\":\\"import', b'\\"action\\":\\"emport', 1), "link"),
        ("chain.jsonl", lambda b: b"\n".join(b.split(b"\n")[:-2]) + b"\n", "does not end at the head"),
        ("tables/segment.tsv", lambda b: b.replace(b",3,", b",4,", 1), "segment: the rows of chain entry"),
        ("tables/batch.tsv", lambda b: b.split(b"\n")[0] + b"\n", "batch: the rows of chain entry"),
        (
            "tables/inventory_version.tsv",
            lambda b: b.replace(b"2022", b"2023"),
            "inventory_version: the rows",
        ),
        ("export.json", lambda b: b.replace(b'"200"', b'"100"', 1), "export.json"),
        ("lines.jsonl", lambda b: b"\n".join(b.split(b"\n")[1:]), "lines do not add up"),
        ("factors.json", lambda b: b.replace(b'"1/5"', b'"1/6"'), "is not"),
    ],
)
def test_every_change_is_found_even_if_the_manifest_agrees(lite_pack, name, edit, fault):
    damaged = changed(lite_pack, name, edit)
    with zipfile.ZipFile(damaged) as a, zipfile.ZipFile(lite_pack) as b:
        assert a.read(name) != b.read(name)  # the edit did hit something
    result = verify(damaged)
    assert result.returncode == 1
    assert fault in result.stdout


def test_a_changed_file_is_found_by_its_hash(lite_pack):
    result = verify(changed(lite_pack, "export.json", lambda b: b + b" ", relist=False))
    assert (result.returncode, result.stdout) == (1, "FAULT export.json: changed\n")


def test_a_removed_evidence_file_needs_an_erasure(lite_pack):
    with zipfile.ZipFile(lite_pack) as archive:
        name = next(n for n in archive.namelist() if n.startswith("evidence/"))
        members = {n: archive.read(n) for n in archive.namelist() if n != name}
    manifest = json.loads(members["manifest.json"])
    del manifest["files"][name]
    members["manifest.json"] = json.dumps(manifest).encode()
    target = lite_pack.with_name("without.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for entry, content in members.items():
            archive.writestr(entry, content)
    result = verify(target)
    assert result.returncode == 1
    assert "missing, and no decision erased it" in result.stdout


def test_erased_evidence_is_left_out_and_still_verifies(lite, actor, year, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("personal", encoding="utf-8")
    stored = evidence.store(lite, note)
    with lite.write(actor, "attach") as transaction:
        number = evidence.register(transaction, stored, personal=True)
    post(lite, actor, [write.fact("1000")], source=stored)
    drafted = create_version(lite, actor, calculate(lite, actor, year).id)
    erase_evidence(lite, ZHANG, number, reason="request 20")
    pack = tmp_path / "pack.zip"
    write_evidence_pack(lite, drafted.id, pack)
    assert verify(pack).returncode == 0
    with zipfile.ZipFile(pack) as archive:
        assert not [name for name in archive.namelist() if name.startswith("evidence/")]


def test_wrong_use_and_an_unreadable_pack(lite_pack, tmp_path):
    assert verify(lite_pack, "--nothing").returncode == 2
    cut = tmp_path / "cut.zip"
    cut.write_bytes(lite_pack.read_bytes()[:1000])
    script = lite_pack.with_suffix(".verify.py")
    result = subprocess.run([sys.executable, "-I", str(script), str(cut)], capture_output=True, text=True)
    assert result.returncode == 1
    assert "FAULT unreadable" in result.stdout


def test_a_copied_book_gives_the_same_pack(lite, lite_pack, tmp_path):
    shutil.copytree(lite.folder, tmp_path / "elsewhere")
    write_evidence_pack(open_book(tmp_path / "elsewhere"), 1, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == lite_pack.read_bytes()


@pytest.fixture
def lite_pack(lite, actor, year, tmp_path):
    bill = tmp_path / "bill.csv"
    bill.write_text("a bill", encoding="utf-8")
    facts = [write.fact("1000"), write.fact("3", "t", activity="waste.board.recycling")]
    facts.append(write.fact("70", "kWh(gross)", activity="fuel.stationary.natural_gas"))
    post(lite, actor, facts, source=evidence.store(lite, bill))
    drafted = create_version(lite, actor, calculate(lite, actor, year).id)
    pack = tmp_path / "pack.zip"
    write_evidence_pack(lite, drafted.id, pack)
    return pack
