"""The resolution policy: how one factor is chosen among many, declared as versioned data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError

VINTAGES = ("in-force-at-date", "majority-of-period", "latest-published-at-cutoff", "fixed")
ORDER = ("basis", "supplier", "facility", "technology", "place", "pack", "vintage", "published")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A declared use of one place's factors elsewhere."""

    activity: tuple[str, ...]
    place: str
    penalty: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the policy."""

    name: str
    version: str
    vintage: str
    fixed_year: int | None
    carry_forward_years: int
    carry_forward_penalty: int
    levels: Mapping[str, int]
    basis_penalty: Mapping[str, int]
    prefer: tuple[str, ...]
    programmes: Mapping[str, str]
    proxies: tuple[Proxy, ...]
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of the canonical content: the version in the run's inputs."""
        return sha256_hex(self.content)

    def vintage_of(self, pack: str) -> str:
        """Vintage rule of a pack's programme."""
        return self.programmes.get(pack, self.vintage)

    def pack_rank(self, pack: str) -> int:
        """Position in the declared preference; packs not named share the last."""
        return self.prefer.index(pack) if pack in self.prefer else len(self.prefer)


def parse_policy(text: str) -> Policy:
    """Read a policy from TOML.

    Raises
    ------
    QinglianError
        ``ledger.policy_unreadable`` naming what is wrong.
    """
    try:
        return parse_policy_document(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise QinglianError("ledger.policy_unreadable", reason=str(error)) from error


def parse_policy_document(document: dict[str, Any]) -> Policy:
    """Read a policy from its document (TOML or the copy a run stores); see :func:`parse_policy`."""
    try:
        policy = _policy(document)
    except (KeyError, TypeError) as error:
        raise QinglianError("ledger.policy_unreadable", reason=str(error)) from error
    for vintage in (policy.vintage, *policy.programmes.values()):
        if vintage not in VINTAGES:
            raise QinglianError(
                "ledger.policy_unreadable", reason=f"vintage {vintage!r} is none of {VINTAGES}"
            )
    if "fixed" in (policy.vintage, *policy.programmes.values()) and policy.fixed_year is None:
        raise QinglianError("ledger.policy_unreadable", reason="vintage 'fixed' needs fixed_year")
    return policy


def _policy(document: dict[str, Any]) -> Policy:
    if tuple(document["order"]) != ORDER:
        raise TypeError(f"order must be {', '.join(ORDER)}")
    return Policy(
        name=document["name"],
        version=document["version"],
        vintage=document["vintage"],
        fixed_year=document.get("fixed_year"),
        carry_forward_years=document.get("carry_forward_years", 0),
        carry_forward_penalty=document.get("carry_forward_penalty", 1),
        levels=document["levels"],
        basis_penalty=document.get("basis_penalty", {}),
        prefer=tuple(document.get("packs", {}).get("prefer", ())),
        programmes=document.get("programmes", {}),
        proxies=tuple(
            Proxy(tuple(entry["activity"]), entry["place"], entry["penalty"])
            for entry in document.get("proxy", ())
        ),
        content=canonical_json(document),
    )


@cache
def shipped_policy() -> Policy:
    """Return the policy that comes with the product."""
    folder = files("qinglian.ledger") / "standards"
    return parse_policy((folder / "default-policy.toml").read_text(encoding="utf-8"))
