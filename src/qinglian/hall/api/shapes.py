"""Bodies of the API's writes, checked before anything is done: unknown fields are refused."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from qinglian.hall.api.call import Bounded

Name = Field(min_length=1, max_length=200)
Said = Field(default="", max_length=500)


class Strict(Schema):
    """A body that takes no unknown field."""

    model_config = ConfigDict(extra="forbid")


class Reasoned(Strict):
    """An act that needs a reason."""

    reason: str = Field(min_length=1, max_length=500)
    adjustment: int | None = Field(default=None, ge=1, le=2**31 - 1)


class Row(Strict):
    """A row of activity data."""

    facility: str = Name
    activity: str = Name
    start: date
    end: date
    quantity: str = Field(min_length=1, max_length=40, description="A decimal number as text, exact.")
    unit: str = Field(min_length=1, max_length=20)
    source: str = Said
    reference: str = Said


class Rows(Strict):
    """Typed rows, which become a file of their own."""

    rows: list[Row] = Field(min_length=1, max_length=1000)


class Expected(Strict):
    """Data put on the collection calendar."""

    facility: str = Name
    activity: str = Name
    first_day: date
    every: Literal["month", "quarter", "half-year", "year"] = "month"
    source: str = Said
    owner: str = Field(default="", max_length=150)
    grace_days: int = Field(default=15, ge=0, le=366)


class Explained(Strict):
    """Why data of the period that begins on a day are missing."""

    first_day: date
    reason: str = Field(min_length=1, max_length=500)


class Calculation(Strict):
    """A period to calculate."""

    period: str = Field(min_length=1, max_length=60)


class Drafted(Strict):
    """A version of a run."""

    run: str = Field(min_length=1, max_length=64)
    gwp: Literal["AR4", "AR5", "AR6"] = "AR6"
    consolidation: Literal["operational", "financial", "equity"] = "operational"
    label: str = Field(default="", max_length=100)
    reason: str = Said


class Decided(Strict):
    """A step of a version."""

    state: Literal["reviewed", "approved", "published"]
    note: str = Said


class Reopened(Strict):
    """A locked period that is touched."""

    way: Literal["adjustment", "open"]
    reason: str = Field(min_length=1, max_length=500)


class Report(Strict):
    """A report to publish."""

    version: int = Field(ge=1, le=2**31 - 1)
    as_of: date
    comparatives: list[Bounded] = Field(default=[])
    frameworks: list[str] = Field(default=[])
    text_zh: str = Field(default="", max_length=100_000)
    text_en: str = Field(default="", max_length=100_000)


class Aim(Strict):
    """A target."""

    name: str = Field(min_length=1, max_length=100)
    kind: Literal["absolute", "intensity", "net_zero"]
    scopes: list[Literal["1", "2", "3"]] = Field(min_length=1)
    scope2_method: Literal["", "location", "market"] = ""
    base_year: int = Field(ge=1990, le=2100)
    target_year: int = Field(ge=1990, le=2100)
    reduction: str = Field(min_length=1, max_length=20)
    coverage: str = Field(default="", max_length=20)
    base_kg: str = Field(default="", max_length=40)
    base_source: str = Field(default="", max_length=300)
    per: str = Field(default="", max_length=60)
    base_output: str = Field(default="", max_length=40)
    owner: str = Field(default="", max_length=150)
    review: date | None = None
    reason: str = Said


class Facility(Strict):
    """A facility."""

    code: str = Field(min_length=1, max_length=60)
    name: str = Name
    place: str = Name
    unit: str = Field(default="", max_length=60)
    zone: str = Field(default="", max_length=60)


class Share(Strict):
    """The group's share of a unit."""

    unit: str = Field(min_length=1, max_length=60)
    equity: str = Field(min_length=1, max_length=20)
    financial_control: bool = True
    operational_control: bool = True
    valid_from: date
    reason: str = Said


class Invited(Strict):
    """An invitation."""

    role: Literal["administrator", "data_owner", "engineer", "reviewer", "planner", "assurer", "reader"]
    login: str = Field(default="", max_length=150)
    sites: list[str] = Field(default=[])


class Member(Strict):
    """A member's role."""

    role: Literal["administrator", "data_owner", "engineer", "reviewer", "planner", "assurer", "reader"]
    sites: list[str] = Field(default=[])
    until: date | None = None


class NewToken(Strict):
    """A token."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(min_length=1)
    until: date | None = None


class Verified(Strict):
    """What the book is verified against: a chain head that was kept elsewhere."""

    against: str = Field(default="", max_length=64)
