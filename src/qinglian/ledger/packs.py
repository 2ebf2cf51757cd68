"""Factor packs: folders of CSV and TOML, each number with its citation, read through one typed build.

A build validates every row and names the offending file, row and column; nothing of a pack with a problem is
used. A pack's hash is taken over its canonical content, so the order of its rows does not matter.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.gases import parse_gas
from qinglian.core.places import place
from qinglian.core.units import parse_unit, ratio

BASES = ("direct", "wtt", "td", "lifecycle", "residual", "supplier", "spend", "mass", "heating_value")
METHODS = ("", "location", "market")
GWP_SETS = ("AR4", "AR5", "AR6")
CLASSES = ("primary", "secondary")
ALWAYS = date(1900, 1, 1)
FACTOR_COLUMNS = (
    *("activity", "technology", "place", "valid_from", "valid_to", "gas", "value", "mass_unit", "per_unit"),
    *("basis", "gwp_set", "biogenic", "method", "uncertainty", "quality", "source", "locator", "note"),
)
ABOUT = ("id", "version", "publisher", "dataset", "title_en", "title_zh", "licence", "published")
IDENTITY = ("activity", "technology", "place", "valid_from", "valid_to", "per_unit", "basis", "method")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    citation: str
    source_class: str
    published: date
    url: str = ""


@dataclass(frozen=True, slots=True)
class GasValue:
    """Exact kilograms of one gas per unit of the factor."""

    gas: str
    kg: Fraction
    gwp_set: str = ""
    biogenic: bool = False
    uncertainty: str = ""
    of_gas: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Factor:
    """A vector of gases per unit of an activity, with everything that identifies and cites it."""

    id: str
    pack: str
    activity: str
    technology: str
    place: str
    valid_from: date
    valid_to: date | None
    per_unit: str
    basis: str
    method: str
    gases: tuple[GasValue, ...]
    quality: int
    published: date
    publisher: str
    dataset: str
    version: str
    citation: str
    source_class: str
    locator: str
    supplier: str = ""
    facility: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as data; :func:`factor_from_record` reads it back."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "gases"}
        return {**plain, "gases": [gas.record() for gas in self.gases]}


@dataclass(frozen=True, slots=True)
class GwpValue:
    """A global warming potential over 100 years."""

    gwp_set: str
    gas: str
    value: Fraction
    source: str
    locator: str


@dataclass(frozen=True)
class FactorPack:
    """A validated pack."""

    id: str
    version: str
    publisher: str
    dataset: str
    title_en: str
    title_zh: str
    licence: str
    published: date
    sources: Mapping[str, Source]
    factors: tuple[Factor, ...]
    gwp: tuple[GwpValue, ...]

    @cached_property
    def _content(self) -> bytes:
        return canonical_json(
            {
                **{name: getattr(self, name) for name in ABOUT},
                "factors": [factor.record() for factor in self.factors],
                "gwp": [{name: getattr(value, name) for name in value.__slots__} for value in self.gwp],
                "sources": {
                    key: {name: getattr(source, name) for name in source.__slots__}
                    for key, source in self.sources.items()
                },
            }
        )

    def canonical(self) -> bytes:
        """Canonical JSON of the whole pack."""
        return self._content

    @property
    def sha256(self) -> str:
        """Hash of the canonical content: the entry in a run's factor lock."""
        return sha256_hex(self._content)


def shipped_packs() -> tuple[Path, ...]:
    """Folders of the packs that come with the product."""
    root = Path(str(files("qinglian") / "factors"))
    return tuple(sorted(path.parent for path in root.glob("*/pack.toml")))


def load_pack(folder: Path) -> FactorPack:
    """Read and validate a pack.

    Raises
    ------
    QinglianError
        ``ledger.pack_unreadable`` for its ``pack.toml``, else all problems of its rows at once: each names
        file, row, column and fix.
    """
    about = _about(folder / "pack.toml")
    build = _Build(folder, about)
    factors = tuple(sorted(build.factors(), key=lambda factor: factor.id)) if not build.problems else ()
    singles = build.gwp()
    gwp = tuple(sorted([*singles, *build.blends(singles)], key=lambda value: (value.gwp_set, value.gas)))
    build.check_overlaps(factors)
    if build.problems:
        raise QinglianError.many(build.problems)
    names = ("id", "version", "publisher", "dataset", "title_en", "title_zh", "licence", "published")
    return FactorPack(
        **{name: about[name] for name in names}, sources=build.sources, factors=factors, gwp=gwp
    )


def _about(path: Path) -> dict[str, Any]:
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QinglianError("ledger.pack_unreadable", Where(file=str(path)), reason=str(error)) from error
    missing = [name for name in ABOUT if not about.get(name)]
    if missing:
        raise QinglianError("ledger.pack_unreadable", Where(file=str(path)), reason=", ".join(missing))
    return about


class _Build:
    """One reading of a pack; collects problems instead of stopping at the first."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self.folder, self.about = folder, about
        self.problems: list[Problem] = []
        self.sources = {key: self._source(key, entry) for key, entry in about.get("sources", {}).items()}

    def _source(self, key: str, entry: dict[str, Any]) -> Source:
        where = Where(file=str(self.folder / "pack.toml"), column=f"sources.{key}")
        if not entry.get("citation"):
            self.problems.append(Problem("ledger.pack_uncited", where))
        if entry.get("class") not in CLASSES:
            self.problems.append(Problem("ledger.pack_class", where, {"known": CLASSES}))
        published = entry.get("published", self.about["published"])
        if not isinstance(published, date):  # a year alone is a source's usual date
            published = date(int(str(published)[:4]), 1, 1)
        return Source(entry.get("citation", ""), entry.get("class", ""), published, entry.get("url", ""))

    def rows(self, name: str) -> Iterator[tuple[Where, dict[str, str]]]:
        """Rows of one of the pack's CSV files with where they stand."""
        path = self.folder / name
        if not path.exists():
            return
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            for row in reader:
                yield (
                    Where(file=str(path), row=reader.line_num),
                    {key: (value or "").strip() for key, value in row.items() if key is not None},
                )

    def factors(self) -> list[Factor]:
        """Gas vectors: rows equal in their identity form one factor."""
        vectors: dict[tuple[str, ...], list[tuple[Where, dict[str, str]]]] = defaultdict(list)
        for where, row in self.rows("factors.csv"):
            missing = [column for column in FACTOR_COLUMNS if column not in row]
            if missing:
                self.problems.append(Problem("ledger.pack_column_missing", where, {"columns": missing}))
                return []
            vectors[tuple(row[name] for name in IDENTITY)].append((where, row))
        found = []
        for members in vectors.values():
            before = len(self.problems)
            gases = [self._gas(where, row) for where, row in members]
            if len({gas.gas + gas.of_gas for gas in gases if gas}) != len(gases):
                self._problem(members[-1][0], "gas", "ledger.pack_gas_twice", gas=members[-1][1]["gas"])
            factor = self._factor(members[0], tuple(gas for gas in gases if gas))
            if len(self.problems) == before and factor:
                found.append(factor)
        return found

    def _gas(self, where: Where, row: dict[str, str]) -> GasValue | None:
        def read() -> GasValue:
            gas = parse_gas(row["gas"]).code
            value = parse_decimal(row["value"]).fraction() * ratio(
                parse_unit(row["mass_unit"]), parse_unit("kg")
            )
            return GasValue(
                gas,
                value,
                row["gwp_set"],
                row["biogenic"] == "true",
                row["uncertainty"],
                _of_gas(gas, row["note"]),
            )

        value: GasValue | None = self._read(where, "value", read)
        if value is None:
            return None
        if value.kg < 0:
            self._problem(where, "value", "ledger.pack_negative", value=row["value"])
        if value.gas == "CO2e" and value.gwp_set not in GWP_SETS:
            self._problem(where, "gwp_set", "ledger.pack_gwp_set", known=GWP_SETS)
        if value.gas != "CO2e" and value.gwp_set:
            self._problem(where, "gwp_set", "ledger.pack_gwp_set_odd", gas=value.gas)
        if row["biogenic"] not in {"true", "false"}:
            self._problem(where, "biogenic", "ledger.pack_boolean", value=row["biogenic"])
        return value

    def _factor(self, member: tuple[Where, dict[str, str]], gases: tuple[GasValue, ...]) -> Factor | None:
        where, row = member
        source = self.sources.get(row["source"])
        if source is None:
            self._problem(
                where, "source", "ledger.pack_source", source=row["source"], known=tuple(self.sources)
            )
            return None
        if row["basis"] not in BASES:
            self._problem(where, "basis", "ledger.pack_basis", basis=row["basis"], known=BASES)
        if row["method"] not in METHODS:
            self._problem(where, "method", "ledger.pack_method", method=row["method"], known=METHODS[1:])
        unit = self._read(where, "per_unit", lambda: parse_unit(row["per_unit"]))
        start = self._read(where, "valid_from", lambda: date.fromisoformat(row["valid_from"]))
        end = (
            self._read(where, "valid_to", lambda: date.fromisoformat(row["valid_to"]))
            if row["valid_to"]
            else None
        )
        if start and end and end <= start:
            self._problem(where, "valid_to", "ledger.period_empty")
        if unit and unit.dimension == "energy" and row["activity"].startswith("fuel."):
            self._problem(where, "per_unit", "ledger.pack_heating_basis", unit=unit.symbol)
        located = self._read(where, "place", lambda: place(row["place"]))
        quality = self._read(where, "quality", lambda: int(row["quality"]))
        if not (unit and start and located and quality):
            return None
        about = self.about
        content = {
            "pack": about["id"],
            "activity": row["activity"],
            "technology": row["technology"],
            "place": located.id,
            "valid_from": start,
            "valid_to": end,
            "per_unit": unit.symbol,
            "basis": row["basis"],
            "method": row["method"],
            "gases": tuple(sorted(gases, key=lambda gas: (gas.gas, gas.of_gas))),
            "quality": quality,
            "published": source.published,
            "publisher": about["publisher"],
            "dataset": about["dataset"],
            "version": about["version"],
            "citation": source.citation,
            "source_class": source.source_class,
            "locator": row["locator"],
            "supplier": row.get("supplier", ""),
            "facility": row.get("facility", ""),
        }
        return _identified(content)

    def gwp(self) -> list[GwpValue]:
        """GWP values."""
        found = []
        for where, row in self.rows("gwp.csv"):
            if row["source"] not in self.sources:
                self._problem(
                    where, "source", "ledger.pack_source", source=row["source"], known=tuple(self.sources)
                )
            value = self._read(where, "value", partial(_value, row))
            gas = self._read(where, "gas", partial(_gas_code, row))
            if value is not None and gas is not None:
                found.append(GwpValue(row["gwp_set"], gas, value, row["source"], row["locator"]))
        return found

    def blends(self, singles: list[GwpValue]) -> list[GwpValue]:
        """GWP of refrigerant blends, computed from their composition by mass; never stated."""
        parts: dict[str, list[tuple[Where, str, Fraction, dict[str, str]]]] = defaultdict(list)
        for where, row in self.rows("blends.csv"):
            share = self._read(where, "percent", partial(_percent, row))
            gas = self._read(where, "gas", partial(_gas_code, row))
            if share is not None and gas is not None:
                parts[row["blend"]].append((where, gas, share, row))
        known = {(value.gwp_set, value.gas): value.value for value in singles}
        found = []
        for blend, members in parts.items():
            where, _, _, row = members[0]
            if sum(share for _, _, share, _ in members) != 1:
                self._problem(where, "percent", "ledger.pack_blend_sum", blend=blend)
            for gwp_set in GWP_SETS:
                if all((gwp_set, gas) in known for _, gas, _, _ in members):
                    value = sum((known[gwp_set, gas] * share for _, gas, share, _ in members), Fraction(0))
                    found.append(GwpValue(gwp_set, blend, value, row["source"], "computed from composition"))
        return found

    def check_overlaps(self, factors: tuple[Factor, ...]) -> None:
        """Refuse two validities of one factor that overlap."""
        families: dict[tuple[Any, ...], list[Factor]] = defaultdict(list)
        for f in factors:
            key = (f.activity, f.technology, f.place, f.per_unit, f.basis, f.method, f.supplier, f.facility)
            families[key].append(f)
        for members in families.values():
            members.sort(key=lambda f: f.valid_from)
            for one, other in pairwise(members):
                if one.valid_to is None or other.valid_from < one.valid_to:
                    where = Where(file=str(self.folder / "factors.csv"), column="valid_to")
                    params = {"activity": one.activity, "place": one.place, "start": other.valid_from}
                    self.problems.append(Problem("ledger.pack_overlap", where, params))

    def _read(self, where: Where, column: str, read: Any) -> Any:
        try:
            return read()
        except QinglianError as error:
            placed = Where(where.file, where.sheet, where.row, column)
            self.problems.append(Problem(error.code, placed, error.problem.params))
        except ValueError as error:
            self._problem(where, column, "ledger.pack_value", reason=str(error))
        return None

    def _problem(self, where: Where, column: str, code: str, **params: object) -> None:
        self.problems.append(Problem(code, Where(where.file, where.sheet, where.row, column), params))


def _value(row: dict[str, str]) -> Fraction:
    return parse_decimal(row["value"]).fraction()


def _percent(row: dict[str, str]) -> Fraction:
    return parse_decimal(row["percent"]).fraction() / 100


def _gas_code(row: dict[str, str]) -> str:
    return parse_gas(row["gas"]).code


def _of_gas(gas: str, note: str) -> str:
    """Return the gas a CO2e row stands for, where its note says so: it is not multiplied by a GWP again."""
    head = note.split(";")[0].strip()
    return head if gas == "CO2e" and head in {"CO2", "CH4", "N2O"} else ""


def _identified(content: dict[str, Any]) -> Factor:
    hashed = {**content, "gases": [gas.record() for gas in content["gases"]]}
    return Factor(id=sha256_hex(canonical_json(hashed))[:24], **content)


def definition(activity: str, where: str, basis: str) -> Factor:
    """Return the factor that holds by definition: a kilogram of a leaked gas is a kilogram of that gas.

    Parameters
    ----------
    activity
        ``fugitive.<gas or blend>``.
    where
        The place under which resolution finds definitions.
    """
    gas = parse_gas(activity.partition(".")[2]).code
    gas = "CH4-fossil" if gas == "CH4" else gas
    return _identified(
        {
            "pack": "definition",
            "activity": activity,
            "technology": "",
            "place": where,
            "valid_from": ALWAYS,
            "valid_to": None,
            "per_unit": "kg",
            "basis": basis,
            "method": "",
            "gases": (GasValue(gas, Fraction(1)),),
            "quality": 1,
            "published": ALWAYS,
            "publisher": "qinglian",
            "dataset": "definition",
            "version": "1",
            "citation": "By definition: the mass of a gas is its mass",
            "source_class": "primary",
            "locator": "",
            "supplier": "",
            "facility": "",
        }
    )


def factor_from_record(record: Mapping[str, Any]) -> Factor:
    """Read a factor back from :meth:`Factor.record`, as JSON brings it."""
    dates = {name: _date(record[name]) for name in ("valid_from", "valid_to", "published")}
    gases = tuple(GasValue(**{**gas, "kg": Fraction(gas["kg"])}) for gas in record["gases"])
    return Factor(**{**record, **dates, "gases": gases})


def pack_from_record(record: Mapping[str, Any]) -> FactorPack:
    """Read a pack back from its canonical JSON."""
    sources = {
        key: Source(**{**source, "published": _date(source["published"])})
        for key, source in record["sources"].items()
    }
    factors = tuple(factor_from_record(factor) for factor in record["factors"])
    gwp = tuple(GwpValue(**{**value, "value": Fraction(value["value"])}) for value in record["gwp"])
    about = {**record, "published": _date(record["published"])}
    return FactorPack(**{**about, "sources": sources, "factors": factors, "gwp": gwp})


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
