"""``python -m benchmarks``: run everything, print ratios."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import measure
from benchmarks.size import ACTIVITIES, APPENDED, Size

Measurement = dict[str, Any]
HAND = ("hand_columns", "hand_packed", "hand_two_level")
ROUNDS = 3
CLOSE = 1e-9  # exact and float totals may differ by rounding of the float, not by more


def main() -> None:
    options = _options()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print(f"rows {options.rows:,} · {os.cpu_count()} cores · load {load} · CPU seconds unless said")
    parts = {"ledger": _ledger, "meters": _meters, "append": _append, "logistics": _logistics}
    with tempfile.TemporaryDirectory(prefix="qinglian-bench-") as temporary:
        folder = Path(options.folder or temporary)
        for name in options.only or parts:
            parts[name](folder, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="records, and readings (default 2 M)")
    parser.add_argument("--streams", type=int, default=25, help="activity types per facility, 1 to 200")
    parser.add_argument("--random", action="store_true", help="records arrive in random order, not by time")
    parser.add_argument("--only", action="append", choices=("ledger", "meters", "append", "logistics"))
    parser.add_argument("--no-pandas", action="store_true", help="leave the slowest peer out")
    parser.add_argument("--no-inventory", action="store_true", help="leave reading the stored run out")
    parser.add_argument("--folder", help="keep the generated data here (about 45 bytes per record)")
    return parser.parse_args()


def _ledger(folder: Path, options: argparse.Namespace) -> None:
    made = folder / Size(options.rows, options.streams, not options.random).name
    measure("company", "make", made)
    run = _runner("ledger_scan", made)
    print(f"\nCalculation: 5,000 factors, 500 facilities of {options.streams} activity types, 36 months")
    floor = run("scan")
    hands = {name: run(name) for name in HAND}
    best = min(hands, key=lambda name: hands[name]["cpu"])
    turns = [(run(best), run("ours")) for _ in range(ROUNDS)]
    hands[best], ours = (min(column, key=lambda found: found["cpu"]) for column in zip(*turns, strict=True))
    rows = [("bare scan of six columns", floor)]
    rows += [(f"hand-written SQL, floats: {n.removeprefix('hand_')}", hands[n]) for n in HAND]
    if not options.no_pandas:
        rows.append(("chunked pandas, floats", run("pandas")))
    rows.append(("qinglian calculate, exact", ours))
    _agree(hands[best], ours)
    if not options.no_inventory:
        rows.append(("qinglian inventory from the stored run", run("inventory")))
    run("change")
    after = run("again")
    rows.append(("qinglian calculate after one activity's factors changed", after))
    _table(rows, hands[best], floor)
    share = 1 / ACTIVITIES
    extra = (after["cpu"] - after["resolve"]) / ours["cpu"]
    print(f"  the best peer and `calculate` {ROUNDS} times by turns, the best of each")
    print(f"  RESOLVE {ours['resolve']:.2f} s of it; {ours['lines']:,} lines stored")
    print(f"  changed share p = {share:.3%}: re-run less RESOLVE = {extra:.1%} of the full run (goal 1.5 p)")
    print("  every record counted, totals of all gases equal to the peer's within rounding of floats")


def _agree(peer: Measurement, ours: Measurement) -> None:
    for name in ("co2", "ch4", "n2o", "records", "groups"):
        if abs(peer[name] - ours[name]) > CLOSE * abs(peer[name]):
            raise SystemExit(f"{name} differs: peer {peer[name]}, ours {ours[name]}")


def _meters(folder: Path, options: argparse.Namespace) -> None:
    made = folder / Size(options.rows).meters
    measure("meters", "make", made)
    run = _runner("meters", made)
    print("\nMeters: quarter-hour readings × hourly intensity of 60 zones → month")
    floor, peer = run("scan"), run("hand")
    rows = [("bare scan of six columns", floor), ("hand-written SQL, packed key, floats", peer)]
    rows.append(("hand-written SQL, natural join, floats", run("natural")))
    if not options.no_pandas:
        rows.append(("chunked pandas, floats", run("pandas")))
    ours = run("ours")
    if abs(ours["total"] - peer["total"]) > CLOSE * peer["total"]:
        raise SystemExit(f"totals differ: peer {peer['total']}, ours {ours['total']}")
    _table([*rows, ("qinglian times_intensity, exact", ours)], peer, floor)


def _append(folder: Path, _options: argparse.Namespace) -> None:
    run = _runner("append", folder)
    print(f"\nDurable append: {APPENDED:,} records, committed by 10,000 (per wall second; ratio of rates)")
    labels = {
        "raw": "raw SQLite executemany",
        "chained": "qinglian rows + digest + audit chain",
        "post": "qinglian post: checks, keys, duplicates, chain",
    }
    rounds = [{case: run(case) for case in labels} for _ in range(ROUNDS)]
    best = {case: {of: min(r[case][of] for r in rounds) for of in ("wall", "cpu")} for case in labels}
    raw = best["raw"]
    print(f"  {f'best of {ROUNDS} rounds':<58}{'rate':>12}{'cpu s':>10}{'rate':>9}{'per cpu':>9}")
    for case, label in labels.items():
        found = best[case]
        ratios = f"{raw['wall'] / found['wall']:>8.2f}×{raw['cpu'] / found['cpu']:>8.2f}×"
        print(f"  {label:<58}{APPENDED / found['wall']:>10,.0f}/s{found['cpu']:>10.2f}{ratios}")


def _logistics(folder: Path, options: argparse.Namespace) -> None:
    made = folder / f"elements-{options.rows}"
    measure("logistics", "make", made)
    run = _runner("logistics", made)
    print(f"\nTransport chains: {options.rows:,} elements, 1,000 categories, a rate a year (per wall second)")
    labels = {
        "numpy": "numpy, floats: the multiplication alone",
        "numpy_read": "numpy, floats: file read, rates looked up",
        "ours": "qinglian: file to file, exact, rate and row of each",
    }
    found = {case: run(case) for case in labels}
    for half in ("ttw", "wtt"):
        if abs(found["ours"][half] - found["numpy"][half]) > CLOSE * found["numpy"][half]:
            raise SystemExit(f"{half} differs: numpy {found['numpy'][half]}, ours {found['ours'][half]}")
    print(f"  {'':<58}{'rate':>12}{'wall s':>9}{'cpu s':>9}{'peak GB':>9}")
    for case, label in labels.items():
        one = found[case]
        rate = one["elements"] / one["wall"]
        print(f"  {label:<58}{rate:>10,.0f}/s{one['wall']:>9.3f}{one['cpu']:>9.3f}{one['rss']:>9.2f}")


def _runner(module: str, folder: Path) -> Callable[[str], Measurement]:
    return lambda case: measure(module, case, folder)


def _table(rows: list[tuple[str, Measurement]], peer: Measurement, floor: Measurement) -> None:
    print(f"  {'':<58}{'cpu s':>8}{'wall s':>8}{'peak GB':>9}{'× peer':>8}{'× scan':>8}")
    for label, found in rows:
        print(
            f"  {label:<58}{found['cpu']:>8.2f}{found['wall']:>8.2f}{found['rss']:>9.2f}"
            f"{found['cpu'] / peer['cpu']:>8.2f}{found['cpu'] / floor['cpu']:>8.1f}"
        )


if __name__ == "__main__":
    main()
