import json

import pytest

from qinglian.cli import run as house


@pytest.fixture
def run(tmp_path, capsys):
    def call(*words, status=0):
        assert house([*words, "--book", str(tmp_path / "book"), "--json"]) == status
        return json.loads(capsys.readouterr().out)

    call("init", "Works")
    return call


NEAR = (
    "targets",
    "set",
    "near",
    *("--kind", "absolute", "--scope", "1", "--scope", "2", "--method", "market"),
    *("--base-year", "2020", "--target-year", "2030", "--reduction", "50%"),
)


def test_a_target_is_set_listed_and_checked(run):
    assert run(*NEAR)["reduction"] == "0.5"
    (found,) = run("targets", "list", "--as-of", "2026-11-23")
    assert found["missing"] == "targets.base_unknown"
    checks = run("targets", "check", "near", "--as-of", "2026-11-23")
    assert {one["check"]: one["outcome"] for one in checks}["ambition"] == "passed"
    assert run("targets", "progress", "near", "--as-of", "2026-11-23")["years"] == []


def test_rules_and_the_release_are_shown(run):
    assert len(run("targets", "rules")) == 2
    assert len(run("targets", "release")) == 4
    assert run("targets", "check", "release-scope12", "--release", "--as-of", "2026-11-23")
