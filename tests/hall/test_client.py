"""The client against a real server of this process."""

from __future__ import annotations

import threading

import pytest

from tests.hall.conftest import HEADER, bill


@pytest.fixture
def client(organisation, person, home):
    from waitress.server import create_server

    from qinglian.hall.api.models import Token
    from qinglian.hall.client import Client
    from qinglian.hall.people.roles import Right
    from qinglian.hall.wsgi import application

    server = create_server(application, host="127.0.0.1", port=0, threads=2)
    threading.Thread(target=server.run, daemon=True).start()
    token = Token.make(
        person("administrator", organisation), organisation, "c", [right.value for right in Right]
    )
    yield Client(f"http://127.0.0.1:{server.effective_port}", organisation.slug, token)
    server.close()


def test_a_file_is_sent_once_and_its_records_are_read_page_by_page(client, tmp_path, finish):
    path = tmp_path / "电费.csv"
    path.write_text(HEADER + bill(3) + bill(4))
    job = client.import_file(path, key="once")
    assert client.import_file(path, key="once")["id"] == job["id"]
    finish(job["id"])
    assert client.wait(job["id"])["result"]["posted"] == 2
    found = list(client.records(limit=2))
    assert [one["fact"] for one in found] == [1, 2, 3, 4, 5, 6]
    assert found[-1]["file"] == "电费.csv"


def test_a_problem_has_its_code_and_fix(client):
    from qinglian.hall.client import ApiProblem, Client

    with pytest.raises(ApiProblem) as raised:
        client.post("facilities", {"code": "X", "name": "X", "place": "Atlantis"})
    assert raised.value.status == 400
    assert raised.value.code == "core.place_unknown"
    assert raised.value.told["fix"]
    with pytest.raises(ApiProblem) as raised:
        Client(client.address, client.organisation, "ql_wrong").get("runs")
    assert raised.value.status == 401
    assert "ql_" not in repr(client)
