"""A small client of the API, for programs beside the hall: nothing but the standard library.

::

    client = Client("http://127.0.0.1:8080", "works", token)
    job = client.import_file(Path("bills-2022-06.csv"), key="bills-2022-06")
    done = client.wait(job["id"])
    if done["result"]["refused"]:
        for problem in done["result"]["problems"]:
            print(problem["where"], problem["message"], problem["fix"])
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

OVER = {"succeeded", "failed", "cancelled"}
LOOK_EVERY = 0.5
"""Seconds between two looks at a job."""


class ApiProblem(Exception):  # noqa: N818 - named after RFC 9457's problem details
    """An answer that is a problem: its status, the house's code, what is wrong and the fix."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        super().__init__(f"{status} {told.get('title')}: {told.get('detail')} {told.get('fix', '')}".strip())
        self.status = status
        self.code = str(told.get("title", ""))
        self.told = told


@dataclass(frozen=True, slots=True)
class Client:
    """Calls the API of one organisation with a token.

    Parameters
    ----------
    address
        Of the hall, such as ``https://carbon.example.org``.
    organisation
        Its short name.
    token
        A key made on the page "Tokens for programs".
    """

    address: str
    organisation: str
    token: str = field(repr=False)
    seconds: float = 60

    def get(self, path: str, **query: object) -> Any:
        """Read; raises `ApiProblem`."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._call("GET", f"{path}?{urlencode(asked)}" if asked else path, None, {})

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """Write; under a key a repetition is answered and not done again. Raises `ApiProblem`."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        return self._call("POST", path, json.dumps(body if body is not None else {}).encode(), headers)

    def import_file(self, path: Path, *, key: str = "", **fields: str) -> dict[str, Any]:
        """Send an activity file; return the job that reads it."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        name = path.name.replace('"', "'")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), path.read_bytes(), f"\r\n--{boundary}--\r\n".encode()])
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        job: dict[str, Any] = self._call(
            "POST", "imports", body, headers | ({"Idempotency-Key": key} if key else {})
        )
        return job

    def wait(self, job: int) -> dict[str, Any]:
        """Wait for a job to end; return it."""
        while True:
            found: dict[str, Any] = self.get(f"jobs/{job}")
            if found["state"] in OVER:
                return found
            time.sleep(LOOK_EVERY)

    def records(self, **query: object) -> Iterator[dict[str, Any]]:
        """Yield every record that is asked for, page after page."""
        cursor = None
        while True:
            page = self.get("records", cursor=cursor, **query)
            yield from page["records"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        address = f"{self.address.rstrip('/')}/api/v1/o/{quote(self.organisation)}/{path}"
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **headers}
        request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310 - the caller's address
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise ApiProblem(error.code, _told(error.read())) from None


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {"detail": body[:200].decode(errors="replace")}
    return told if isinstance(told, dict) else {"detail": str(told)}
