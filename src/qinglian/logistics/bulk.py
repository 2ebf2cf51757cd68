"""Millions of chain elements at once: a Parquet file in, one out, each element with its rate and its row.

Activity is whole gram-metres. An element's emissions are exact decimals where its intensity has at most nine
decimals; totals are always exact: activities are summed by rate and multiplied once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qinglian.core.canonical import sha256_file
from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError, Where
from qinglian.logistics.model import Emission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.logistics.intensity import Intensity

GRAM_METRES_A_TKM = 10**9
DECIMALS = 9
"""Decimals of an intensity, in kilograms per tonne-kilometre, that an element's own figure keeps."""
COLUMNS = {"toc": pa.string(), "day": pa.date32(), "mass_g": pa.int64(), "distance_m": pa.int64()}
EPOCH = date(1970, 1, 1).toordinal()
_EARLIEST, _LATEST = -(1 << 20), 1 << 20
_AMOUNT, _PER_UNIT = pa.decimal128(19, 0), pa.decimal128(18, 18)
_LARGEST = (1 << 63) - 1
BATCH = 1 << 18


@dataclass(frozen=True, slots=True)
class Rate:
    """An intensity per tonne-kilometre and the days it answers for, half-open; None is open."""

    toc: str
    emission: Emission
    start: date | None = None
    end: date | None = None
    source: str = ""


@dataclass(slots=True)
class BulkResult:
    """Exact totals over a file, and what no rate answers."""

    elements: int = 0
    unresolved: int = 0
    activity: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Gram-metres by number of the rate."""
    rates: tuple[Rate, ...] = ()

    @property
    def emission(self) -> Emission:
        """Exact kilograms of CO2e of all resolved elements."""
        parts = (
            self.rates[number].emission.times(Fraction(amount, GRAM_METRES_A_TKM))
            for number, amount in self.activity.items()
        )
        return sum(parts, Emission())


def rates_of(known: Iterable[Intensity]) -> tuple[Rate, ...]:
    """Return the rates of intensities per tonne-kilometre; primary data answer for their period only."""
    return tuple(
        Rate(
            one.category.id,
            one.emission,
            one.category.start if one.category.tier == "primary" else None,
            one.category.end if one.category.tier == "primary" else None,
            one.source,
        )
        for one in known
        if one.category.unit == "tkm"
    )


class Resolver:
    """Finds the rate of a category on a day, for whole columns.

    Raises
    ------
    QinglianError
        ``logistics.rates_overlap`` where two rates of a category answer for one day.
    """

    def __init__(self, rates: Sequence[Rate]) -> None:
        ordered = sorted(range(len(rates)), key=lambda number: (rates[number].toc, _first(rates[number])))
        self.rates = tuple(rates[number] for number in ordered)
        self.tocs = sorted({rate.toc for rate in rates})
        place = {toc: number for number, toc in enumerate(self.tocs)}
        for before, after in zip(self.rates, self.rates[1:], strict=False):
            if before.toc == after.toc and _last(before) > _first(after):
                raise QinglianError("logistics.rates_overlap", name=before.toc, day=after.start)
        self._starts = np.array([_key(place[rate.toc], _first(rate)) for rate in self.rates], dtype=np.int64)
        self._ends = np.array([_key(place[rate.toc], _last(rate)) for rate in self.rates], dtype=np.int64)
        self._per_unit = [
            pa.array([_decimal(getattr(rate.emission, half)) for rate in self.rates], _PER_UNIT)
            for half in ("ttw", "wtt")
        ]

    def numbers(self, tocs: pa.Array, days: pa.Array) -> Any:
        """Return the number of the rate of each element, -1 where none answers."""
        coded = tocs.dictionary_encode()
        codes = (
            pc.index_in(coded.dictionary, pa.array(self.tocs)).fill_null(-1).to_numpy(zero_copy_only=False)
        )
        toc = codes[coded.indices.to_numpy(zero_copy_only=False)].astype(np.int64)
        keys = _key(toc, days.cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64))
        found = np.searchsorted(self._starts, keys, side="right") - 1
        answered = (toc >= 0) & (found >= 0)
        answered &= keys < self._ends[np.maximum(found, 0)]
        return np.where(answered, found, -1).astype(np.int32)

    def emissions(self, activity: pa.Array, numbers: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return tank-to-wheel and well-to-tank kilograms of each element; null where none answers."""
        amount = activity.cast(_AMOUNT)
        ttw, wtt = (pc.multiply(amount, half.take(numbers)) for half in self._per_unit)
        return ttw, wtt


def _key(toc: Any, day: Any) -> Any:
    """Category and day as one number; days lie within some 2,800 years of 1970."""
    return toc * (1 << 22) + (day - _EARLIEST)


def _first(rate: Rate) -> int:
    return _EARLIEST if rate.start is None else rate.start.toordinal() - EPOCH


def _last(rate: Rate) -> int:
    return _LATEST if rate.end is None else rate.end.toordinal() - EPOCH


def _decimal(per_tkm: Fraction) -> Decimal:
    scaled = round(per_tkm * 10**DECIMALS)
    return Decimal(scaled).scaleb(-DECIMALS - 9)


def evaluate(path: Path, rates: Sequence[Rate], target: Path) -> BulkResult:
    """Evaluate a Parquet file of elements into another.

    The new file keeps every column, and adds ``row`` (from 1), ``activity_gm``, ``rate`` (-1 where none
    answers), ``ttw_kg`` and ``wtt_kg``. Its metadata hold the hash of the file read and the rates by number.

    Raises
    ------
    QinglianError
        ``logistics.bulk_unreadable``, ``logistics.bulk_columns``, ``logistics.bulk_empty_cells``,
        ``logistics.bulk_negative``, ``logistics.bulk_too_large``.
    """
    resolver = Resolver(rates)
    result = BulkResult(rates=resolver.rates)
    try:
        source = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise QinglianError("logistics.bulk_unreadable", Where(file=str(path)), reason=str(error)) from error
    schema = source.schema_arrow
    _check_columns(path, schema)
    about = {
        "source_sha256": sha256_file(path),
        "rates": json.dumps([_said(rate) for rate in resolver.rates]),
    }
    added = [("row", pa.int64()), ("activity_gm", pa.int64()), ("rate", pa.int32())]
    added += [(name, pa.decimal128(38, 18)) for name in ("ttw_kg", "wtt_kg")]
    written = pa.schema([*schema, *(pa.field(*one) for one in added)], metadata=about)
    part = target.with_name(f"{target.name}.part")
    try:
        with pq.ParquetWriter(part, written, compression="lz4", use_dictionary=["toc"]) as writer:
            for batch in source.iter_batches(BATCH):
                writer.write_batch(_batch(path, batch, resolver, result, written))
        part.replace(target)  # whole or not at all
    finally:
        part.unlink(missing_ok=True)
    return result


def _check_columns(path: Path, schema: pa.Schema) -> None:
    wrong = [
        f"{name} {kind}"
        for name, kind in COLUMNS.items()
        if name not in schema.names or schema.field(name).type not in (kind, pa.dictionary(pa.int32(), kind))
    ]
    taken = [name for name in ("row", "activity_gm", "rate", "ttw_kg", "wtt_kg") if name in schema.names]
    if wrong or taken:
        raise QinglianError(
            "logistics.bulk_columns", Where(file=str(path)), missing=", ".join(wrong), taken=", ".join(taken)
        )


def _batch(
    path: Path, batch: pa.RecordBatch, resolver: Resolver, result: BulkResult, schema: pa.Schema
) -> pa.RecordBatch:
    first = result.elements + 1
    mass, metres = (_whole(path, batch.column(name), name, first) for name in ("mass_g", "distance_m"))
    for name in ("toc", "day"):
        _no_gaps(path, batch.column(name), name, first)
    if len(batch) and int(mass.max()) * int(metres.max()) > _LARGEST:
        raise QinglianError("logistics.bulk_too_large", Where(file=str(path), row=first))
    tocs = batch.column("toc")
    tocs = tocs.cast(pa.string()) if pa.types.is_dictionary(tocs.type) else tocs
    activity, numbers = mass * metres, resolver.numbers(tocs, batch.column("day"))
    for number, amount in _sums(activity, numbers, len(resolver.rates)):
        result.activity[number] += amount
    result.unresolved += int((numbers < 0).sum())
    result.elements += len(batch)
    rate = pa.array(numbers, mask=numbers < 0)
    ttw, wtt = resolver.emissions(pa.array(activity), rate)
    rows = pa.array(np.arange(first, first + len(batch), dtype=np.int64))
    columns = [*batch.columns, rows, pa.array(activity), pa.array(numbers), ttw, wtt]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _sums(activity: Any, numbers: Any, count: int) -> Iterator[tuple[int, int]]:
    """Sum activities by rate; sums of 32-bit halves over a batch stay whole numbers of a float."""
    low, high = activity & 0xFFFFFFFF, activity >> 32
    halves = [
        np.bincount(numbers + 1, weights=half.astype(np.float64), minlength=count + 1) for half in (low, high)
    ]
    for number in np.flatnonzero(np.bincount(numbers + 1, minlength=count + 1)):
        if number:
            yield int(number) - 1, int(halves[0][number]) + (int(halves[1][number]) << 32)


def _no_gaps(path: Path, column: pa.Array, name: str, first: int) -> None:
    if column.null_count:
        row = first + int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise QinglianError("logistics.bulk_empty_cells", Where(file=str(path), row=row, column=name))


def _whole(path: Path, column: pa.Array, name: str, first: int) -> Any:
    _no_gaps(path, column, name, first)
    values = column.to_numpy(zero_copy_only=False)
    if len(values) and values.min() < 0:
        row = first + int(np.flatnonzero(values < 0)[0])
        raise QinglianError("logistics.bulk_negative", Where(file=str(path), row=row, column=name))
    return values


def _said(rate: Rate) -> dict[str, str]:
    return {
        "toc": rate.toc,
        "ttw": plain(rate.emission.ttw),
        "wtt": plain(rate.emission.wtt),
        "start": "" if rate.start is None else rate.start.isoformat(),
        "end": "" if rate.end is None else rate.end.isoformat(),
        "source": rate.source,
    }
