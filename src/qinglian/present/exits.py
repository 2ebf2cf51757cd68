"""The exit codes of the command line, the same for every verb."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a finished command tells the shell.

    Attributes
    ----------
    OK
        Done.
    REFUSED
        The input or the request was refused; nothing was changed.
    USAGE
        The command line could not be understood.
    INCOMPLETE
        Done, but something stayed unresolved or uncovered and the caller asked to be told.
    AUDIT_FAILED
        The book does not verify.
    CONFLICT
        The same key is there with another value, or someone else wrote first.
    INTERRUPTED
        Stopped by the keyboard.
    """

    OK = 0
    REFUSED = 1
    USAGE = 2
    INCOMPLETE = 3
    AUDIT_FAILED = 4
    CONFLICT = 5
    INTERRUPTED = 130
