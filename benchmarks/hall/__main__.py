"""``python -m benchmarks.hall``: readers and writers on one served hall; latencies, errors and the floor.

A server of its own on a fresh home with the demonstration's book, 50 readers that pause between pages as
people do, 5 writers that import files, for 60 seconds. The floor is the smallest answer, ``/healthy/``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

PAGES = ("", "inventory/", "records/", "approvals/", "dimensions/recycling/", "imports/")
PHRASE = "a long enough phrase 9"
HEADER = "facility,activity,start,end,quantity,unit,source,reference\n"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="qinglian-bench-hall-") as temporary:
        folder = Path(temporary)
        environment = _environment(options)
        _run(["demo", "--dir", str(folder / "demo"), "--no-serve"], environment)
        home = folder / "home"
        _run(
            ["hall", "add", "demo", "--existing", str(folder / "demo" / "book"), "--home", str(home)],
            environment,
        )
        begun = time.perf_counter()
        process, told = _serve(home, environment)
        try:
            address = told["address"]
            host, port = re.match(r"http://(.*):(\d+)", address).groups()
            _get(host, int(port), "/accounts/login/")
            print(f"start to first page {time.perf_counter() - begun:.2f} s")
            people = _people(host, int(port), told["administrator"])
            _load(options, host, int(port), people)
        finally:
            process.terminate()
            process.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hall", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument(
        "--pause", type=float, default=1.0, help="mean seconds a reader looks at a page; 0 for none"
    )
    parser.add_argument("--database", help="PostgreSQL URL; SQLite if not given")
    return parser.parse_args()


def _environment(options: argparse.Namespace) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QINGLIAN_")}
    return {**kept, "QINGLIAN_DATABASE_URL": options.database} if options.database else kept


def _run(words: list[str], environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "qinglian", *words]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _serve(home: Path, environment: dict[str, str]) -> tuple[subprocess.Popen[str], dict[str, str]]:
    command = [sys.executable, "-m", "qinglian", "serve", "--home", str(home), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    return process, json.loads(process.stdout.readline())


def _get(host: str, port: int, path: str, cookies: str = "") -> tuple[int, bytes, list[str]]:
    connection = http.client.HTTPConnection(host, port, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers.get_all("Set-Cookie") or []
    connection.close()
    return found


def _people(host: str, port: int, link: str) -> str:
    """Take the one-time link; return the cookies of whoever is signed in then."""
    path = re.sub(r"^https?://[^/]+", "", link)
    _, page, cookies = _get(host, port, path)
    jar = _jar(cookies)
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1].decode()
    given = {"csrfmiddlewaretoken": token, "username": "bench", "password": PHRASE, "again": PHRASE}
    body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in given.items())
    connection = http.client.HTTPConnection(host, port, timeout=60)
    headers = {"Cookie": jar, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return _jar([*cookies, *(answer.headers.get_all("Set-Cookie") or [])])


def _jar(cookies: list[str]) -> str:
    parts = dict(cookie.split(";")[0].split("=", 1) for cookie in cookies)
    return "; ".join(f"{name}={value}" for name, value in parts.items())


def _load(options: argparse.Namespace, host: str, port: int, cookies: str) -> None:
    times: dict[str, list[float]] = {path: [] for path in PAGES}
    floor, errors, posts = [], [], [0]
    end = time.monotonic() + options.seconds
    lock = threading.Lock()
    for _ in range(30):
        begun = time.perf_counter()
        _get(host, port, "/healthy/")
        floor.append(time.perf_counter() - begun)

    def read(seed: int) -> None:
        chance = random.Random(seed)
        connection = http.client.HTTPConnection(host, port, timeout=60)
        time.sleep(chance.random() * options.pause)
        while time.monotonic() < end:
            path = chance.choices(PAGES, weights=(5, 1, 1, 1, 1, 1))[0]
            begun = time.perf_counter()
            try:
                connection.request("GET", f"/o/demo/{path}", headers={"Cookie": cookies})
                answer = connection.getresponse()
                answer.read()
            except Exception as error:
                with lock:
                    errors.append(repr(error))
                connection.close()
            else:
                with lock:
                    if answer.status == 200:
                        times[path].append(time.perf_counter() - begun)
                    else:
                        errors.append(f"{path}: {answer.status}")
            if options.pause:
                time.sleep(chance.expovariate(1 / options.pause))

    def write(seed: int) -> None:
        number = 0
        while time.monotonic() < end:
            number += 1
            try:
                _post_file(host, port, cookies, f"w{seed}-{number}")
                posts[0] += 1
            except Exception as error:
                with lock:
                    errors.append(repr(error))
            time.sleep(1)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(options.readers)]
    threads += [threading.Thread(target=write, args=(n,)) for n in range(options.writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _print(options, times, floor, errors, posts[0])


def _post_file(host: str, port: int, cookies: str, name: str) -> None:
    _, page, fresh = _get(host, port, "/o/demo/imports/", cookies)
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1].decode()
    rows = f"HEF,electricity.purchased,2023-01-01,2023-01-31,{random.randint(1, 999)},kWh,{name},{name}\n"
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n',
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{HEADER}{rows}\r\n--{boundary}--\r\n",
    ]
    connection = http.client.HTTPConnection(host, port, timeout=60)
    headers = {"Cookie": _jar([*(c for c in cookies.split("; ")), *fresh])}
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    connection.request("POST", "/o/demo/imports/", "".join(parts).encode(), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 302:
        raise RuntimeError(f"import: {answer.status}")


def _print(
    options: argparse.Namespace,
    times: dict[str, list[float]],
    floor: list[float],
    errors: list[str],
    posts: int,
) -> None:
    least = statistics.median(floor)
    count = sum(map(len, times.values()))
    kind = "PostgreSQL" if options.database else "SQLite"
    print(
        f"{kind}, {options.readers} readers (pause {options.pause} s), {options.writers} writers, "
        f"{options.seconds:.0f} s, {os.cpu_count()} cores shared with the readers"
    )
    print(f"pages {count:,} ({count / options.seconds:.0f}/s), imports queued {posts}, errors {len(errors)}")
    print(f"floor: /healthy/ median {least * 1000:.1f} ms (alone)")
    for path, found in times.items():
        if len(found) > 1:
            cuts = statistics.quantiles(found, n=100)
            print(
                f"  {path or 'overview':24} n {len(found):6,}  p50 {cuts[49] * 1000:6.0f} ms"
                f"  p95 {cuts[94] * 1000:6.0f} ms  p99 {cuts[98] * 1000:6.0f} ms"
                f"  p50/floor {cuts[49] / least:5.1f}"
            )
    for error in sorted(set(errors))[:5]:
        print("  error:", error)


if __name__ == "__main__":
    main()
