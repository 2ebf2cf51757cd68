"""Roles and what each may do in an organisation: the one table of rights."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """Something a person may do in an organisation."""

    READ = "read"
    RESTRICTED = "restricted"  # personal evidence; every reading is recorded
    IMPORT = "import"
    REVERSE = "reverse"
    CALENDAR = "calendar"
    CALCULATE = "calculate"
    FACTORS = "factors"
    DRAFT = "draft"
    REVIEW = "review"
    APPROVE = "approve"
    PUBLISH = "publish"
    PLAN = "plan"
    RELEASE = "release"
    DISCLOSE = "disclose"
    PACK = "pack"
    AUDIT = "audit"
    FACILITIES = "facilities"
    MEMBERS = "members"
    ERASE = "erase"


class Role(StrEnum):
    """What a person is to an organisation."""

    ADMINISTRATOR = "administrator"
    DATA_OWNER = "data_owner"
    ENGINEER = "engineer"
    REVIEWER = "reviewer"
    PLANNER = "planner"
    ASSURER = "assurer"
    READER = "reader"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.DATA_OWNER: frozenset({Right.READ, Right.IMPORT}),
    Role.ENGINEER: frozenset(
        {
            Right.READ,
            Right.IMPORT,
            Right.REVERSE,
            Right.CALENDAR,
            Right.CALCULATE,
            Right.FACTORS,
            Right.DRAFT,
            Right.DISCLOSE,
            Right.FACILITIES,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            Right.READ,
            Right.RESTRICTED,
            Right.REVIEW,
            Right.APPROVE,
            Right.PUBLISH,
            Right.DISCLOSE,
            Right.PACK,
            Right.AUDIT,
        }
    ),
    Role.PLANNER: frozenset({Right.READ, Right.PLAN, Right.RELEASE}),
    Role.ASSURER: frozenset({Right.READ, Right.RESTRICTED, Right.PACK, Right.AUDIT}),
    Role.READER: frozenset({Right.READ}),
}
"""An administrator's approval still needs four eyes: that is the ledger's rule, not a right."""


def may(role: str, right: Right) -> bool:
    """Return whether a role holds a right."""
    return right in RIGHTS[Role(role)]
