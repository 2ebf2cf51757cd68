"""``qinglian serve`` as a person starts it: private folder, one-time link, loopback, worker kept alive."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QINGLIAN_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept


@pytest.fixture
def serve(tmp_path):
    started = []

    def start(*options, home=tmp_path / "data"):
        command = [sys.executable, "-m", "qinglian", "serve", "--home", str(home), "--port", "0", *options]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        process.stdout.close()
        process.stderr.close()


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_bare_machine_gets_a_private_folder_and_one_link(serve, tmp_path):
    process = serve("--json", "--no-worker")
    told = json.loads(process.stdout.readline())
    assert told["address"].startswith("http://127.0.0.1:")
    home = tmp_path / "data"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in home.rglob("*")} == {0}, (
        "nothing for others"
    )
    assert get(told["administrator"])[0] == 200
    assert get(told["address"] + "/o/anything/")[0] == 200, "the page of signing in"
    assert get(told["address"] + "/static/hall/style.css")[0] == 200
    assert get(told["address"] + "/static/../secret.key")[0] in {400, 404}


def test_only_the_newest_link_works_and_none_is_printed_once_there_is_an_administrator(serve):
    first = serve("--json", "--no-worker")
    old = json.loads(first.stdout.readline())["administrator"]
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=30) in {0, 130}
    second = serve("--json", "--no-worker")
    told = json.loads(second.stdout.readline())
    token = old.rstrip("/").rpartition("/")[2]
    assert get(f"{told['address']}/join/{token}/")[0] == 404
    assert get(told["administrator"])[0] == 200


def test_a_port_that_is_taken_is_said(serve, tmp_path):
    told = json.loads(serve("--json", "--no-worker").stdout.readline())
    port = told["address"].rpartition(":")[2]
    command = [sys.executable, "-m", "qinglian", "serve", "--home", str(tmp_path / "other"), "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False, timeout=60)
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert "--port" in done.stderr


def test_a_person_is_told_where_to_go_in_her_language(serve):
    process = serve("--no-worker", "--lang", "zh")
    lines = [process.stdout.readline() for _ in range(3)]
    assert re.search(r"http://127\.0\.0\.1:\d+", lines[0])
    assert "管理员" in lines[1]
    assert "Ctrl-C" in lines[2]


def test_a_worker_that_is_killed_is_started_again(serve):
    process = serve("--json")
    json.loads(process.stdout.readline())
    first = _worker_of(process)
    os.kill(first, signal.SIGKILL)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        second = _worker_of(process, wait=False)
        if second not in {None, first}:
            break
        time.sleep(0.2)
    else:
        pytest.fail("no second worker")
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    time.sleep(0.3)
    assert not Path(f"/proc/{second}").exists() or _zombie(second), "the worker ends with its server"


def _worker_of(process, wait=True):
    end = time.monotonic() + 60
    while True:
        command = ["pgrep", "-P", str(process.pid), "-f", "qinglian worker"]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
        if found or not wait or time.monotonic() > end:
            return int(found[0]) if found else None
        time.sleep(0.1)


def _zombie(pid):
    with Path(f"/proc/{pid}/stat").open() as file:
        return file.read().rpartition(")")[2].split()[0] == "Z"


def test_operators_verbs_invite_add_back_up_and_restore(tmp_path):
    def run(*words, status=0):
        command = [sys.executable, "-m", "qinglian", "hall", *words, "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment(), check=False, timeout=120
        )
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout or done.stderr)

    home = ("--home", str(tmp_path / "data"))
    assert run("add", "works", "--name", "Works 工厂", *home) == {"slug": "works", "name": "Works 工厂"}
    refused = run("add", "works", *home, status=1)
    assert refused["problems"][0]["code"] == "hall.organisation_taken"
    assert "/join/" in run("invite", "--organisation", "works", "--role", "reviewer", *home)["link"]
    assert (
        run("invite", "--organisation", "none", *home, status=1)["problems"][0]["code"]
        == "hall.organisation_missing"
    )
    assert run("backup", str(tmp_path / "all.zip"), *home)["files"] >= 4
    restored = run("restore", str(tmp_path / "all.zip"), "--home", str(tmp_path / "again"))
    assert restored["files"] >= 4
    assert run("add", "other", "--home", str(tmp_path / "again"))["slug"] == "other"
