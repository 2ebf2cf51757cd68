"""A newer version of a shipped pack, with one number changed: what a factor update looks like."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from pathlib import Path

from qinglian.ledger.packs import shipped_packs


def newer_electricity(folder: Path) -> list[Path]:
    """Write the electricity pack with Anhui's factors of 2022 doubled, as a version of its own."""
    source = next(path for path in shipped_packs() if Path(path).name == "cn-electricity")
    shutil.copytree(source, folder)
    about = folder / "pack.toml"
    about.write_text(about.read_text().replace('version = "2025.2"', 'version = "2099.1"'))
    with (folder / "factors.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    changed = [row for row in rows if row["place"] == "grid:CN-AH" and row["valid_from"] == "2022-01-01"]
    assert changed
    for row in changed:
        row["value"] = str(2 * Decimal(row["value"]))
    with (folder / "factors.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return [path for path in folder.iterdir() if path.is_file()]
