"""What would change if a factor pack were installed: a run calculated again with it, and nothing stored.

The pack's older version, if the book holds one, is left out, as installing would do. Everything else is the
run's own: segments, rules, policy, instruments, and the cutoff unless the new pack was published after it.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from qinglian.core.canonical import canonical_json
from qinglian.ledger.book import Book
from qinglian.ledger.calculation import recalculate_with
from qinglian.ledger.engines import open_engine
from qinglian.ledger.installed import installed_packs
from qinglian.ledger.inventory import Inventory, Reading, View, inventory_of, read_inventory
from qinglian.ledger.packs import FactorPack
from qinglian.ledger.replay import Afresh, stored_inputs


@dataclass(frozen=True, slots=True)
class Change:
    """Kilograms of CO2e of one activity at one place under one rule, before and after."""

    rule: str
    scope: str
    method: str
    activity: str
    facility: str
    before: Fraction | None
    after: Fraction | None

    @property
    def difference(self) -> Fraction:
        """After less before; what is not answered counts for nothing."""
        return (self.after or Fraction(0)) - (self.before or Fraction(0))


def rehearse(book: Book, run: str, packs: Sequence[FactorPack], view: View | None = None) -> list[Change]:
    """Return what packs that are not installed would change of a run, the largest change first.

    Raises
    ------
    QinglianError
        ``ledger.run_unknown``, ``ledger.method_changed``, and what a calculation raises: a tie of factors
        shows here before it is installed.
    """
    view = view or View()
    before = read_inventory(book, run, view)
    after = _with(book, run, packs, view)
    sides = [_sums(before), _sums(after)]
    keys = sorted(set(sides[0]) | set(sides[1]))
    changes = [Change(*key, sides[0].get(key), sides[1].get(key)) for key in keys]
    found = [one for one in changes if one.before != one.after]
    return sorted(found, key=lambda one: (-abs(one.difference), one.rule, one.activity, one.facility))


def _with(book: Book, run: str, packs: Sequence[FactorPack], view: View) -> Inventory:
    inputs = stored_inputs(book, run)
    newest = max(day for pack in packs for day in pack.publications())
    inputs = replace(inputs, cutoff=max(inputs.cutoff, newest))
    engine = open_engine(spill=book.cache_folder)
    try:
        with tempfile.TemporaryDirectory() as folder, book.read() as connection:
            fresh = {pack.id for pack in packs}
            known = [pack for pack in installed_packs(connection, inputs.factor_lock) if pack.id not in fresh]
            afresh = Afresh(book.folder, book.identity, book.engine, book.clock, Path(folder))
            lines = Path(folder) / "lines.parquet"
            context = recalculate_with(afresh, connection, inputs, engine, lines, [*known, *packs])
            context = json.loads(canonical_json(context))
            reading = Reading(run, inputs.period.label, inputs.factor_lock, view, None)
            return inventory_of(book, connection, lines, context, reading)
    finally:
        engine.close()


def _sums(inventory: Inventory) -> dict[tuple[str, str, str, str, str], Fraction]:
    sums: dict[tuple[str, str, str, str, str], Fraction] = defaultdict(Fraction)
    for emission in inventory.select():
        line = emission.line
        rule, stream = line.rule, line.stream
        sums[rule.id, rule.scope, rule.method, stream.activity, stream.facility] += emission.kg_co2e
    return dict(sums)
