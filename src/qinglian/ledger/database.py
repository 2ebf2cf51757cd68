"""The control plane's database: one SQLite file, or one PostgreSQL schema.

SQLite runs in WAL with ``synchronous=FULL``; a writer begins with BEGIN IMMEDIATE, so two writers queue
instead of failing half way. On PostgreSQL a writer takes an advisory lock of its schema for the same effect.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    cast,
    create_engine,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from qinglian.core.errors import QinglianError
from qinglian.ledger import schema

BUSY_SECONDS = 60


def connect(url: str, namespace: str | None = None) -> Engine:
    """Open an engine on a book's database.

    Parameters
    ----------
    url
        SQLAlchemy URL, ``sqlite:///…/book.db`` or ``postgresql+psycopg://…``.
    namespace
        PostgreSQL schema of this book; ignored by SQLite.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    engine = create_engine(url, poolclass=NullPool)
    if namespace:
        event.listen(engine, "connect", _search_path(namespace))
    return engine


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("qinglian_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _search_path(namespace: str) -> Any:
    def set_path(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SET search_path TO "{namespace}"')
            cursor.execute("SET TIME ZONE 'UTC'")
        connection.commit()

    return set_path


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Hold one consistent snapshot of the control plane."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hold the one write lock of the book for a transaction.

    Raises
    ------
    QinglianError
        ``ledger.book_busy`` when another writer keeps the lock longer than the busy timeout,
        ``ledger.disk_full`` when the database cannot grow.
    """
    try:
        with engine.connect().execution_options(qinglian_write=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(current_schema()))"))
            yield connection
    except OperationalError as error:
        raise _refusal(error) from error


def _refusal(error: OperationalError) -> Exception:
    reason = str(error.orig)
    if "locked" in reason or "lock timeout" in reason:
        return QinglianError("ledger.book_busy", seconds=BUSY_SECONDS)
    if "full" in reason or "No space" in reason or "disk I/O" in reason:
        return QinglianError("ledger.disk_full", reason=reason)
    return error


def create_tables(engine: Engine, namespace: str | None = None) -> None:
    """Create every table and the triggers that refuse a change of an append-only row."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql" and namespace:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{namespace}"'))
    schema.metadata.create_all(engine)
    with engine.begin() as connection:
        for table in ("chain", *(table.name for table in schema.CHAINED)):
            _refuse_changes(connection, table)


def complete_tables(engine: Engine, namespace: str | None = None) -> None:
    """Create the tables that a book of an older version lacks; what it has is left as it is."""
    if not set(schema.metadata.tables) <= set(inspect(engine).get_table_names(schema=namespace)):
        create_tables(engine, namespace)


def _refuse_changes(connection: Connection, table: str) -> None:
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            )
        return
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'append-only'; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        )
    )


def among(connection: Connection, column: Column[Any], keys: Iterable[int]) -> ColumnElement[bool]:
    """Whether an integer column is one of many keys: one parameter, however many they are."""
    listed = list(keys)
    if connection.dialect.name == "sqlite":
        given = func.json_each(json.dumps(listed)).table_valued("value")
        return column.in_(select(given.c.value))
    return column == func.any(cast(listed, ARRAY(BigInteger)))


def insert_many(connection: Connection, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Insert many rows through the driver itself: facts do not pass through an ORM."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join([mark] * len(columns))
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
