"""The room's verbs as a planner runs them, on a small synthetic week."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.core.text import use_language
from qinglian.present.exits import Exit
from qinglian.production.commands import VERBS
from qinglian.production.synthetic import Week, write_week

STEPS = ["--iterations", "400"]


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weeks") / "week"
    return write_week(
        Week(seed=5, lines=5, lots=30, families=6, platforms=2, load=80, zone="Asia/Shanghai"), folder
    )


@pytest.fixture(scope="module")
def planned(week, tmp_path_factory):
    home = tmp_path_factory.mktemp("plans") / "plan"
    assert run(["production", "plan", str(week), *STEPS, "--out", str(home)]) == Exit.OK
    return home


@pytest.fixture
def home(planned, tmp_path):
    """A copy of the plan folder that may be changed."""
    copy = tmp_path / "plan"
    copy.mkdir()
    for file in planned.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    document = json.loads((copy / "plan.json").read_text())
    document["input"] = str((planned / document["input"]).resolve())
    (copy / "plan.json").write_text(json.dumps(document))
    return copy


def answer(capsys, *words):
    """Run a verb with --json; return its exit code and document."""
    capsys.readouterr()
    code = run(["production", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def rows(file):
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_plan_is_written_verified_and_compared(planned, capsys):
    assert {"plan.csv", "plan.json", "plan.html", "baseline.csv"} <= {file.name for file in planned.iterdir()}
    assert len(rows(planned / "plan.csv")) == 30
    page = (planned / "plan.html").read_text(encoding="utf-8")
    assert page.count("<svg ") >= 4
    code, found = answer(capsys, "verify", "--plan", planned)
    assert (code, found["valid"], found["lots"]) == (Exit.OK, True, 30)
    assert found["bound"] is not None
    assert float(found["bound"]) <= found["core"]


def test_a_plan_is_replayed_under_luck(planned, capsys):
    code, found = answer(capsys, "verify", "--plan", planned, "--replay", "20")
    assert code == Exit.OK
    spread = found["replay"]["weighted_tardiness"]
    assert spread["planned"] == found["weighted_tardiness"]
    assert spread["low"] <= spread["median"] <= spread["high"]
    assert {"used_kwh", "cost", "co2e_location"} < found["replay"].keys()
    assert answer(capsys, "verify", "--plan", planned, "--replay", "20")[1] == found
    assert run(["production", "verify", "--plan", str(planned), "--replay", "20", "--lang", "en"]) == Exit.OK
    assert "Replayed through 20 weeks" in capsys.readouterr().out


def test_the_same_steps_give_the_same_plan(week, planned, tmp_path, capsys):
    again = tmp_path / "again"
    code, found = answer(capsys, "plan", week, *STEPS, "--out", again)
    assert code == Exit.OK
    assert found["valid"]
    assert (again / "plan.csv").read_bytes() == (planned / "plan.csv").read_bytes()


def test_a_person_sees_tables_in_their_language(week, tmp_path, capsys):
    use_language("zh")
    words = ["production", "plan", str(week), *STEPS, "--out", str(tmp_path / "p"), "--lang", "zh", "--excel"]
    assert run(words) == Exit.OK
    said = capsys.readouterr().out
    assert "加权延期" in said
    assert "已仅凭输入数据核验" in said
    assert (tmp_path / "p" / "plan.xlsx").stat().st_size > 1000
    assert 'lang="zh"' in (tmp_path / "p" / "plan.html").read_text(encoding="utf-8")


def test_an_energy_objective_needs_prices_and_uses_them(week, tmp_path, capsys):
    words = ["plan", week, *STEPS, "--objective", "energy", "--baseline", "blind", "--out", tmp_path / "e"]
    code, found = answer(capsys, *words, "--carbon-price", "80")
    assert code == Exit.OK
    assert {"energy", "carbon", "total"} <= found["objective"].keys()
    assert found["baseline"]["valid"]
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("lines", "eligibility", "setups", "lots"):
        (bare / f"{name}.csv").write_bytes((week / f"{name}.csv").read_bytes())
    (bare / "plant.toml").write_text('start = "2026-11-30 00:00"\nzone = "Asia/Shanghai"\n')
    assert (
        run(["production", "plan", str(bare), *STEPS, "--objective", "energy", "--out", str(tmp_path / "n")])
        == Exit.REFUSED
    )
    assert "no tariff" in capsys.readouterr().err
    assert not (tmp_path / "n").exists()


def test_a_broken_line_is_repaired_and_the_old_plan_kept(home, capsys):
    before = (home / "plan.csv").read_bytes()
    line = rows(home / "plan.csv")[0]["line"]
    words = ["repair", "--plan", home, "--down", line, "--from", "Tue 12:00", "--until", "Wed 12:00"]
    code, dry = answer(capsys, *words, "--dry-run")
    assert (code, dry["written"]) == (Exit.OK, None)
    assert (home / "plan.csv").read_bytes() == before
    code, found = answer(capsys, *words)
    assert (code, found["valid"], found["moved"]) == (Exit.OK, True, dry["moved"])
    assert (home / "history" / "0001.csv").read_bytes() == before
    assert run(["production", *map(str, words[:-4]), "--lang", "en", "--dry-run"]) == Exit.OK
    said = capsys.readouterr()
    assert "Change: Energy bought" in said.out
    assert "with --from" in said.err
    code, judged = answer(capsys, "verify", "--plan", home)
    assert judged["valid"]
    code, old = answer(capsys, "verify", home / "history" / "0001.csv")
    assert (code, old["valid"]) == (Exit.OK, True)
    code, both = answer(capsys, "compare", home / "history" / "0001.csv", home)
    assert code == Exit.OK
    assert set(found["moved"]) <= set(both["moved"])
    assert both["not_comparable"]


def test_other_events(home, week, tmp_path, capsys):
    lots = rows(week / "lots.csv")
    plan = sorted(rows(home / "plan.csv"), key=lambda row: int(row["start_min"]))
    last = plan[-1]["lot"]
    rush = tmp_path / "rush.csv"
    rush.write_text(f"order,family,units,due,weight\nR1,{lots[0]['family']},20,2026-12-02 12:00,4\n")
    code, found = answer(capsys, "repair", "--plan", home, "--rush", rush, "--from", "Mon 12:00")
    assert (code, found["touched"]) == (Exit.OK, ["LOT-R1"])
    assert (
        run(["production", "repair", "--plan", str(home), "--rush", str(rush), "--from", "720"])
        == Exit.REFUSED
    )
    code, found = answer(
        capsys, "repair", "--plan", home, "--late-kit", last, "2026-12-06 20:00", "--from", "720"
    )
    assert found["touched"] == [last]
    code, found = answer(capsys, "repair", "--plan", home, "--cancel", last, "--from", "720")
    assert found["valid"]
    assert last not in {row["lot"] for row in rows(home / "plan.csv")}
    assert len(list((home / "history").glob("*.json"))) == 3
    first = plan[0]["lot"]
    assert (
        run(["production", "repair", "--plan", str(home), "--cancel", first, "--from", "Sat 12:00"])
        == Exit.REFUSED
    )
    assert "has begun" in capsys.readouterr().err
    assert run(["production", "repair", "--plan", str(home)]) == Exit.USAGE


def test_a_promise_changes_nothing_until_it_is_accepted(home, week, capsys):
    family = rows(week / "lots.csv")[0]["family"]
    before = (home / "plan.csv").read_bytes()
    words = [
        "promise",
        "--plan",
        home,
        "--family",
        family,
        "--units",
        "30",
        "--by",
        "FRIDAY",
        "--from",
        "Mon 08:00",
    ]
    code, found = answer(capsys, *words)
    assert code == Exit.OK
    assert found["offers"]
    assert (home / "plan.csv").read_bytes() == before
    policy = found["offers"][0]["offer"]
    code, accepted = answer(capsys, *words, "--accept", policy)
    assert accepted["accepted"] == policy
    task = accepted["offers"][0]["tasks"][0]
    made = {row["lot"]: row for row in rows(home / "plan.csv")}
    assert int(made[task["lot"]]["start_min"]) == task["start"]
    assert answer(capsys, "verify", "--plan", home)[1]["valid"]
    assert answer(capsys, *words)[1]["order"] == "PROMISE-2"


def test_a_promise_nobody_can_keep_is_said(home, week, capsys):
    family = rows(week / "lots.csv")[0]["family"]
    words = [
        "promise",
        "--plan",
        home,
        "--family",
        family,
        "--units",
        "9000",
        "--by",
        "Mon 12:00",
        "--from",
        "0",
    ]
    assert answer(capsys, *words)[0] == Exit.INCOMPLETE


def test_explanations_name_line_and_cause(planned, capsys):
    lot = rows(planned / "plan.csv")[3]
    code, found = answer(capsys, "explain", lot["lot"], "--plan", planned)
    assert (code, found["line"]) == (Exit.OK, lot["line"])
    assert found["alternatives"][0]["chosen"]
    code, late = answer(capsys, "explain", "--plan", planned)
    assert code == Exit.OK
    assert set(late["late"].values()) <= {"kit", "setup", "eligibility", "capacity", "due"}
    assert run(["production", "explain", "nothing", "--plan", str(planned)]) == Exit.REFUSED
    assert run(["production", "explain", lot["lot"], "--plan", str(planned)]) == Exit.OK
    assert "planned here" in capsys.readouterr().out


def test_a_single_move_is_priced(home, capsys):
    one = rows(home / "plan.csv")[0]
    code, found = answer(capsys, "explain", one["lot"], "--plan", home)
    line = found["alternatives"][-1]["line"]
    code, moved = answer(capsys, "what-if", "--plan", home, "--lot", one["lot"], "--line", line)
    assert code == Exit.OK
    assert moved["after"]["valid"]
    code, _ = answer(capsys, "what-if", "--plan", home, "--lot", one["lot"], "--line", line, "--accept")
    assert {row["lot"]: row["line"] for row in rows(home / "plan.csv")}[one["lot"]] == line
    unable = found["unable"] or ["L99"]
    words = ["production", "what-if", "--plan", str(home), "--lot", one["lot"], "--line", unable[0]]
    assert run(words) == Exit.REFUSED


def test_a_plan_edited_by_hand_is_judged_not_trusted(home, capsys):
    table = rows(home / "plan.csv")
    for row in table[1:2]:
        length = int(row["end_min"]) - int(row["start_min"])
        row["line"], row["start_min"] = table[0]["line"], table[0]["start_min"]
        row["end_min"] = str(int(row["start_min"]) + length)
        row["start"] = row["end"] = row["setup_start"] = row["setup_end"] = ""
        row["setup_start_min"] = row["setup_end_min"] = ""
    with (home / "plan.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, table[0].keys())
        writer.writeheader()
        writer.writerows(table)
    code, found = answer(capsys, "verify", "--plan", home)
    assert code == Exit.AUDIT_FAILED
    assert any("overlap" in item["code"] for item in found["violations"])


def test_orders_become_lots(tmp_path, capsys):
    folder = write_week(
        Week(seed=9, lines=4, orders=300, families=5, platforms=2, load=60), tmp_path / "orders"
    )
    out = tmp_path / "lots.csv"
    code, found = answer(capsys, "lots", folder, "--out", out)
    assert code == Exit.OK
    members = [order for lot in found["lots"] for order in lot["orders"]]
    assert len(members) == len(set(members)) == 300
    assert len(rows(out)) == len(found["lots"]) < 300
    assert len(rows(tmp_path / "lots.orders.csv")) == 300
    code, planned = answer(capsys, "plan", folder, *STEPS, "--out", tmp_path / "p")
    assert planned["lots"] == len(found["lots"])


def test_a_template_is_written(tmp_path, capsys):
    code, found = answer(capsys, "template", tmp_path / "week")
    assert code == Exit.OK
    assert any(name.endswith("lots.csv") for name in found["files"])


def test_an_input_that_cannot_work_is_refused_before_any_search(week, tmp_path, capsys):
    folder = tmp_path / "bad"
    folder.mkdir()
    for file in week.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    text = (folder / "lots.csv").read_text()
    (folder / "families.csv").write_text((folder / "families.csv").read_text() + "F999,,\n")
    (folder / "lots.csv").write_text(
        text + ",".join(["X", "F999", *text.splitlines()[1].split(",")[2:]]) + "\n"
    )
    assert run(["production", "plan", str(folder), *STEPS, "--out", str(tmp_path / "p")]) == Exit.REFUSED
    assert "F999" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_a_folder_of_something_else_is_left_alone(week, tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("precious")
    assert run(["production", "plan", str(week), *STEPS, "--out", str(tmp_path)]) == Exit.REFUSED
    assert "--out" in capsys.readouterr().err
    assert run(["production", "verify", "--plan", str(tmp_path)]) == Exit.REFUSED
    (tmp_path / "plan.json").write_text("{")
    assert run(["production", "verify", "--plan", str(tmp_path)]) == Exit.REFUSED


def test_planning_again_keeps_the_older_plan(home, week, capsys):
    assert run(["production", "plan", str(week), *STEPS, "--seed", "3", "--out", str(home)]) == Exit.OK
    assert (home / "history" / "0001.csv").is_file()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_a_plan(week, tmp_path, number):
    home = tmp_path / "plan"
    words = [
        sys.executable,
        "-m",
        "qinglian",
        "production",
        "plan",
        str(week),
        "--time",
        "120",
        "--out",
        str(home),
    ]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not (home / "plan.csv").is_file() and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(number)
        code = process.wait(60)
    finally:
        process.kill()
    assert code == (Exit.INTERRUPTED if number == signal.SIGINT else -signal.SIGKILL)
    assert run(["production", "verify", "--plan", str(home)]) == Exit.OK
    assert (home / "plan.html").is_file() == (number == signal.SIGINT)


def test_a_front_of_plans_to_choose_from(week, tmp_path, capsys):
    words = ["pareto", week, "--iterations", "300", "--prices", "0.01,100", "--out", tmp_path / "front"]
    code, found = answer(capsys, *words)
    assert code == Exit.OK
    points = found["front"]
    assert 1 <= len(points) <= 2
    late = [Fraction(point["tardiness"]) for point in points]
    assert late == sorted(late)
    assert answer(capsys, "verify", "--plan", points[0]["plan"])[1]["valid"]
    assert run(["production", *map(str, words[:-3]), "x", "--out", str(tmp_path / "y")]) == Exit.USAGE


def test_an_event_given_twice_is_refused_and_not_half_done(home, capsys):
    for twice in (
        ["--down", "L01", "--down", "L02"],
        ["--cancel", "J1", "--cancel", "J2"],
        ["--late-kit", "J1", "Tue", "--late-kit", "J2", "Tue"],
        ["--down", "L01", "--cancel", "J1"],
        [],
    ):
        assert run(["production", "repair", "--plan", str(home), *twice]) == Exit.USAGE
        assert "once for each" in capsys.readouterr().err
    assert not (home / "history").exists()


def test_what_if_says_where_a_lot_goes_and_when(home, capsys):
    plan = rows(home / "plan.csv")
    line = plan[0]["line"]
    first, last = [row["lot"] for row in plan if row["line"] == line][:2]
    words = ["production", "what-if", "--plan", str(home), "--lot", last, "--line", line]
    run(words)
    assert "no --before was given" in capsys.readouterr().out
    run([*words, "--before", first])
    said = capsys.readouterr().out
    assert f"before {first}" in said
    assert "it then runs from" in said
    run([*words, "--before", first, "--lang", "zh"])
    assert f"排在 {first} 之前" in capsys.readouterr().out


def test_a_name_of_nothing_near_is_answered_with_names_there_are(home, capsys):
    assert run(["production", "repair", "--plan", str(home), "--down", "qqq", "--from", "0"]) == Exit.REFUSED
    said = capsys.readouterr().err
    assert "near: L" in said
    assert "near: -" not in said


def test_a_synthetic_week_is_labelled_reads_back_and_is_the_same_again(tmp_path, capsys):
    size = ["--lines", "4", "--lots", "12", "--families", "5", "--platforms", "2", "--seed", "7", "--crews"]
    code, found = answer(capsys, "generate", tmp_path / "w", *size)
    assert code == Exit.OK
    assert found["synthetic"] is True
    assert "invented" in (tmp_path / "w" / "README.md").read_text()
    assert 'name = "synthetic' in (tmp_path / "w" / "plant.toml").read_text()
    assert len(rows(tmp_path / "w" / "lots.csv")) == 12
    assert answer(capsys, "check", tmp_path / "w")[0] == Exit.OK
    answer(capsys, "generate", tmp_path / "again", *size)
    for file in (tmp_path / "w").iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def test_a_synthetic_week_overwrites_nothing(tmp_path, capsys):
    (tmp_path / "mine.csv").write_text("a")
    words = ["production", "generate"]
    assert run([*words, str(tmp_path)]) == Exit.REFUSED
    assert run([*words, str(tmp_path / "w"), "--zone", "Nowhere"]) == Exit.REFUSED
    assert run([*words, str(tmp_path / "w"), "--lines", "1", "--stage", "a", "--stage", "b"]) == Exit.REFUSED
    assert not (tmp_path / "w").exists()
    assert "never mixed" in capsys.readouterr().err


def test_chances_of_a_replay_are_the_plants_own(planned, capsys):
    certain = ["--run-cv", "0", "--setup-cv", "0", "--failure-minutes", "0", "--late-share", "0"]
    words = ["verify", "--plan", planned, "--replay", "20"]
    _, usual = answer(capsys, *words)
    _, sure = answer(capsys, *words, *certain)
    assert sure["replay"]["weighted_tardiness"]["low"] == sure["replay"]["weighted_tardiness"]["high"]
    assert usual["replay"]["used_kwh"]["low"] < usual["replay"]["used_kwh"]["high"]
    assert (usual["chances"]["repair_minutes"], sure["chances"]["failure_minutes"]) == ("40.0", "0.0")
    verb = ["production", "verify", "--plan", str(planned)]
    assert run([*verb, "--late-share", "0.1"]) == Exit.USAGE
    assert run([*verb, "--replay", "20", "--late-share", "1.1"]) == Exit.USAGE


def test_savings_are_claimed_over_seeds_and_posted(week, tmp_path, capsys):
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import create_book, open_book
    from qinglian.ledger.organisation import add_facility

    book = create_book(
        tmp_path / "book", organisation="Synthetic", zone="Asia/Shanghai", actor=Actor.of_machine()
    )
    add_facility(book, Actor.of_machine(), "P", name="Plant", where="CN-AH")
    words = ["savings", week, "--iterations", "300", "--allowance", "900", "--allowance-minutes", "9000"]
    words += ["--allowance-lots", "30", "--out", tmp_path / "s", "--post", "w1", "--book", tmp_path / "book"]
    code, found = answer(capsys, *words)
    assert code == Exit.OK
    assert {"kwh", "cost", "kg:location"} == found["claims"].keys()
    assert len(found["claims"]["kwh"]["by_seed"]) == 5
    assert (tmp_path / "s" / "baseline.csv").is_file()
    with open_book(tmp_path / "book").read() as connection:
        entries = connection.exec_driver_sql("select count(*) from inbox").scalar()
    assert entries > 0


def test_beside_the_claim_stand_the_rules_and_the_planners_own_plan_and_a_named_year(
    week, planned, tmp_path, capsys
):
    words = ["savings", week, "--iterations", "300", "--allowance", "900", "--allowance-minutes", "9000"]
    words += ["--allowance-lots", "30", "--out", tmp_path / "s", "--own-plan", planned / "plan.csv"]
    code, found = answer(capsys, *words, "--annual", "2026", "120960", "works calendar 2026")
    assert code == Exit.OK
    assert found["beside"].keys() | found["not_compared"].keys() == {"own_plan", "rule_atcs", "rule_edd"}
    assert "own_plan" in found["beside"]
    year = found["annual"]
    assert (year["minutes"], year["calendar"]) == (120_960, "works calendar 2026")
    for measure, claim in found["claims"].items():
        whole = year["claims"][measure]
        if claim["verdict"] == "not_detected":
            assert whole is None
        else:
            assert Fraction(whole["median"]) == Fraction(claim["median"]) * 120_960 / claim["minutes"]


def test_a_year_without_a_calendar_is_refused(week, tmp_path, capsys):
    words = ["production", "savings", str(week), "--iterations", "10", "--out", str(tmp_path / "s")]
    assert run([*words, "--annual", "2026", "120960", " "]) == Exit.REFUSED
    assert run([*words, "--annual", "120960", "2026", "works calendar 2026"]) == Exit.REFUSED
    assert "works calendar 2026" in capsys.readouterr().err


def test_a_refused_claim_names_the_seed_and_keeps_the_plans(week, tmp_path, capsys, monkeypatch):
    """Every baseline is made on time by a rule, every plan as late as can be: nothing may be claimed."""
    from qinglian.production import saving_run
    from qinglian.production.decide.construct import FEWEST_SETUPS, construct
    from qinglian.production.decide.decode import decode
    from qinglian.production.decide.problem import Problem
    from qinglian.production.wishes import is_blind

    def made(instance, objective, effort):
        problem = Problem.of(instance, objective)
        rows = construct(problem) if is_blind(objective) else construct(problem, (FEWEST_SETUPS,))
        return decode(problem, rows)

    monkeypatch.setattr(saving_run, "make_plan", made)
    words = ["production", "savings", str(week), "--allowance", "0", "--allowance-minutes", "0"]
    assert run([*words, "--allowance-lots", "0", "--out", str(tmp_path / "s")]) == Exit.REFUSED
    said = capsys.readouterr().err
    assert "Seed 3 of 5" in said
    assert "seed 3: weighted tardiness" in said
    assert len(list((tmp_path / "s" / "seeds").glob("*-plan.csv"))) == 5


def test_every_verb_has_a_help_page_in_both_languages(capsys):
    for language in ("en", "zh"):
        for verb in VERBS:
            assert run(["production", verb, "--lang", language, "--help"]) == Exit.OK
            page = capsys.readouterr().out
            assert "production." not in page.replace("qinglian production", "")
    assert run(["production", "--lang", "zh", "--help"]) == Exit.OK
    assert "排产" in capsys.readouterr().out


def test_without_the_extra_planning_says_what_to_install(week, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("qinglian.production.planner.find_spec", lambda name: None)
    assert run(["production", "plan", str(week), "--out", str(tmp_path / "p")]) == Exit.REFUSED
    assert "qinglian[production]" in capsys.readouterr().err
