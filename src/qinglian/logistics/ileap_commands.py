"""``qinglian logistics ileap …``: check, import, export."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.present.exits import Exit

if TYPE_CHECKING:
    from qinglian.logistics.ileap import Received
    from qinglian.logistics.model import Emission
    from qinglian.present.console import Console

PATH = click.Path(path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
FOLDER = click.option("--folder", type=PATH, help="logistics.option_folder")


@click.group("ileap", help="logistics.help_ileap", short_help="logistics.help_ileap", no_args_is_help=True)
def ileap() -> None:
    """Shipment footprints in the exchange format iLEAP."""


@ileap.command("check", help="logistics.help_ileap_check", short_help="logistics.help_ileap_check")
@click.argument("file", type=PATH)
@FOLDER
@click.pass_obj
def check(console: Console, file: Path, folder: Path | None) -> Exit:
    """Recompute what a file states and flag what does not follow; repair nothing."""
    from qinglian.logistics.answers import problem_data

    found = _receive(console, file, folder)
    said = [str(flag) for flag in found.flags]
    said.append(text("logistics.ileap_checked", footprints=len(found.footprints), flags=len(found.flags)))
    data = {
        "footprints": [one.shipment for one in found.footprints],
        "flags": [problem_data(flag) for flag in found.flags],
    }
    console.emit(data, *said)
    return Exit.OK if found.valid else Exit.AUDIT_FAILED


@ileap.command("import", help="logistics.help_ileap_import", short_help="logistics.help_ileap_import")
@click.argument("file", type=PATH)
@click.option("--facility", required=True, help="logistics.option_facility")
@click.option("--start", type=DAY, required=True, help="logistics.option_start")
@click.option("--end", type=DAY, required=True, help="logistics.option_end")
@click.option(
    "--direction",
    type=click.Choice(["in", "out", "internal"]),
    required=True,
    help="logistics.option_direction",
)
@click.option("--paid-by", type=click.Choice(["us", "other"]), default="", help="logistics.option_paid_by")
@click.option(
    "--tier",
    type=click.Choice(["primary", "modelled"]),
    default="modelled",
    show_default=True,
    help="logistics.option_tier",
)
@FOLDER
@click.pass_obj
def import_file(
    console: Console,
    file: Path,
    facility: str,
    start: datetime,
    end: datetime,
    direction: str,
    paid_by: str,
    tier: str,
    folder: Path | None,
) -> Exit:
    """Post what a file states, at its sender's own intensities; nothing where anything is flagged."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.logistics.account import post_chains
    from qinglian.logistics.answers import said_of_posting
    from qinglian.logistics.ileap_chains import as_chains

    chains = as_chains(
        _receive(console, file, folder),
        facility=facility,
        start=start.date(),
        end=end.date() + timedelta(days=1),
        direction=direction,
        paid_by=paid_by,
        tier=tier,
    )
    return said_of_posting(console, post_chains(open_book(console.book), Actor.of_machine(), chains, file))


@ileap.command("export", help="logistics.help_ileap_export", short_help="logistics.help_ileap_export")
@click.argument("path", type=PATH)
@click.argument("target", type=PATH)
@click.pass_obj
def export(console: Console, path: Path, target: Path) -> None:
    """Write each shipment of a folder as a shipment footprint of its own."""
    import json

    from qinglian.ingest.atomic_files import write_atomically
    from qinglian.logistics.account import factors_of
    from qinglian.logistics.chain import by_shipment, legs
    from qinglian.logistics.ileap_writing import shipment_footprint
    from qinglian.logistics.intensity import intensities
    from qinglian.logistics.readers import read

    folder = read(path)
    known = intensities(folder.categories.values(), factors_of(console.book))
    found = {
        name: shipment_footprint(chain, folder.shipments[name].mass_kg)
        for name, chain in by_shipment(legs(folder.elements, known)).items()
    }
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (_, document) in enumerate(sorted(found.items()), start=1):
        file = target / f"shipment-{number:04}.json"
        content = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        write_atomically(file, content.encode())
        written.append(str(file))
    console.emit({"files": written}, text("logistics.ileap_written", count=len(written), path=target))


def _receive(console: Console, file: Path, folder: Path | None) -> Received:
    from qinglian.logistics.ileap import receive

    return receive(file, _known(console, folder))


def _known(console: Console, folder: Path | None) -> dict[str, Emission]:
    """Intensities of a folder's categories, to recompute with; those per TEU are left out."""
    from qinglian.logistics.account import factors_of
    from qinglian.logistics.intensity import intensities
    from qinglian.logistics.readers import read

    if folder is None:
        return {}
    if not folder.exists():
        raise QinglianError("logistics.folder_missing", path=folder)
    found = intensities(read(folder).categories.values(), factors_of(console.book))
    return {name: one.emission for name, one in found.items() if one.category.unit != "TEUkm"}
