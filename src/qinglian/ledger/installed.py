"""Factor packs in the book: installed once under their hash, never changed; new packs are new rows."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection, select

from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book
from qinglian.ledger.packs import Factor, FactorPack, load_pack, pack_from_record, shipped_packs


def install_packs(book: Book, actor: Actor, paths: tuple[Path, ...] | None = None) -> list[FactorPack]:
    """Install packs that the book does not hold yet; return those that were new.

    A newer version of a pack replaces the older one for new runs; a run names the packs it used by hash, so
    no past result changes.
    """
    packs = [load_pack(path) for path in (shipped_packs() if paths is None else paths)]
    with book.read() as connection:
        known = set(connection.execute(select(schema.factor_pack.c.sha256)).scalars())
    fresh = [pack for pack in packs if pack.sha256 not in known]
    if not fresh:
        return []
    with book.write(actor, "install-factors") as transaction:
        transaction.insert(
            schema.factor_pack,
            [
                {
                    "sha256": pack.sha256,
                    "pack": pack.id,
                    "version": pack.version,
                    "published": pack.published,
                    "content": pack.canonical().decode(),
                }
                for pack in fresh
            ],
        )
        transaction.content["packs"] = {pack.id: pack.version for pack in fresh}
    return fresh


def installed_packs(connection: Connection, lock: tuple[str, ...] | None = None) -> list[FactorPack]:
    """Packs in force (the newest installed version of each), or exactly those of a lock."""
    wanted = installed_lock(connection) if lock is None else list(lock)
    table = schema.factor_pack
    query = select(table.c.sha256, table.c.content).where(table.c.sha256.in_(wanted))
    content = dict(connection.execute(query).all())
    return [pack_from_record(json.loads(content[digest])) for digest in sorted(wanted)]


def installed_lock(connection: Connection) -> list[str]:
    """Hash of the newest installed version of each pack."""
    table = schema.factor_pack
    query = select(table.c.pack, table.c.sha256).order_by(table.c.seq)
    newest = dict(connection.execute(query).all())
    return sorted(newest.values())


def installed_factors(connection: Connection, lock: tuple[str, ...] | None = None) -> list[Factor]:
    """All factors of the packs in force, or of a lock."""
    return [factor for pack in installed_packs(connection, lock) for factor in pack.factors]
