"""Who acts: a random subject key in the chain, a name beside it that can be erased."""

from __future__ import annotations

import getpass
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, select

from qinglian.ledger import schema


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a machine account.

    ``authenticated`` is true only where somebody checked who it is (the hall); a command line never does.
    """

    login: str
    name: str = ""
    authenticated: bool = False

    @classmethod
    def of_machine(cls) -> Actor:
        """Return the operating system's user: known by name only, not authenticated."""
        try:
            return cls(getpass.getuser())
        except (KeyError, OSError):  # no such user in this container
            return cls("unknown")


def subject_key(connection: Connection, actor: Actor) -> str:
    """Return the actor's random key, creating it at the first act."""
    table = schema.subject
    key = connection.execute(select(table.c.key).where(table.c.login == actor.login)).scalar()
    if key is not None:
        return str(key)
    key = f"subject-{secrets.token_hex(8)}"
    connection.execute(table.insert(), {"key": key, "login": actor.login, "name": actor.name or actor.login})
    return key


def names(connection: Connection) -> dict[str, str]:
    """Login of each subject key; an erased person has none."""
    table = schema.subject
    query = select(table.c.key, table.c.login).where(table.c.login.is_not(None))
    return dict(connection.execute(query).all())
