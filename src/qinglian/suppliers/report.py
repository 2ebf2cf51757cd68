"""Figures of the suppliers room, as data: methods, primary data, coverage, proposals, scores, the form."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import language, text
from qinglian.present.figures import Bar, Bars, Column, Table
from qinglian.suppliers.model import COUNTED_TARGETS, TARGETS
from qinglian.suppliers.totals import METHODS
from qinglian.suppliers.verify import checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.present.figures import Cell
    from qinglian.suppliers.assessment import Method, Score
    from qinglian.suppliers.form import FormResult
    from qinglian.suppliers.readers import SupplierFolder
    from qinglian.suppliers.totals import Coverage, Totals

TONNE = 1000


def method_table(found: Totals) -> Table:
    """Return category 1 by method, with primary data and quality carried to the total."""
    rows: list[tuple[Cell, ...]] = []
    for method in METHODS:
        parts = [part for part in found.parts if part.method == method]
        kg = sum((part.kg_co2e for part in parts), Fraction(0))
        if parts:
            primary = sum((part.primary_kg for part in parts), Fraction(0))
            quality = sum((part.quality_kg for part in parts), Fraction(0))
            shares = (primary / kg, quality / kg) if kg else (None, None)
            rows.append((text(f"suppliers.method_{method}"), kg / TONNE, *shares))
    rows.append((text("suppliers.total"), found.kg_co2e / TONNE, found.primary_share, found.quality))
    columns = (
        Column(text("suppliers.column_method")),
        Column("CO2e", "t", "quantity"),
        Column(text("suppliers.column_primary"), kind="share"),
        Column(text("suppliers.column_quality"), kind="quantity", digits=3),
    )
    notes = (text("suppliers.unresolved_note", count=found.unresolved),) if found.unresolved else ()
    return Table(text("suppliers.methods_title"), columns, tuple(rows), notes)


def partner_bars(found: Totals, names: Mapping[str, str]) -> Bars:
    """Return category 1 by partner, the largest first."""
    ordered = sorted(found.by_partner().items(), key=lambda pair: (-pair[1], pair[0]))
    bars = tuple(Bar(names.get(partner) or partner or "—", kg / TONNE) for partner, kg in ordered)
    return Bars(text("suppliers.partners_title"), "t CO2e", bars)


def coverage_table(found: Iterable[tuple[str, Coverage]]) -> Table:
    """Return the share of partners in each state of target, by every basis; *unknown* apart."""
    rows: list[tuple[Cell, ...]] = []
    for label, coverage in found:
        whole = sum(coverage.by_state.values(), Fraction(0))
        shares = [
            coverage.by_state.get(state, Fraction(0)) / whole if whole else None for state in (*TARGETS, None)
        ]
        rows.append((label, coverage.share(COUNTED_TARGETS), *shares))
    columns = (
        Column(text("suppliers.column_basis")),
        Column(text("suppliers.column_covered"), kind="share"),
        *(Column(text(f"suppliers.target_{state}"), kind="share") for state in TARGETS),
        Column(text("suppliers.target_unknown"), kind="share"),
    )
    return Table(text("suppliers.coverage_title"), columns, tuple(rows), (text("suppliers.coverage_note"),))


def proposal_table(folder: SupplierFolder, decided: Mapping[str, Mapping[str, str]]) -> Table:
    """Return every footprint received, what was decided on it, and what speaks against it."""
    rows = tuple(
        (
            one.id,
            one.partner,
            one.their_part,
            one.total,
            one.unit.symbol,
            one.primary_share,
            text(
                f"suppliers.state_{decided[one.id]['state']}" if one.id in decided else "suppliers.state_open"
            ),
            "; ".join(problem.message() for problem in checks(folder, one)) or None,
        )
        for one in folder.footprints
    )
    names = ("footprint", "partner", "their_part")
    columns = (
        *(Column(text(f"suppliers.column_{name}")) for name in names),
        Column("CO2e", "kg", "quantity"),
        Column(text("suppliers.column_per")),
        Column(text("suppliers.column_primary"), kind="share"),
        Column(text("suppliers.column_state")),
        Column(text("suppliers.column_against")),
    )
    return Table(text("suppliers.proposals_title"), columns, rows)


def score_table(method: Method, scores: Mapping[str, Score]) -> Table:
    """Return the scores of partners by group; who answered nothing is not rated."""
    chinese = language() == "zh"
    columns = (
        Column(text("suppliers.column_partner")),
        *(Column(zh if chinese else en, kind="quantity") for en, zh in method.groups.values()),
        Column(text("suppliers.column_points"), kind="quantity"),
        Column(text("suppliers.column_open"), kind="quantity"),
        Column(text("suppliers.column_rating")),
    )
    rows = []
    for partner, found in sorted(scores.items()):
        groups = [reached if found.rated else None for reached, _ in found.by_group.values()]
        points = found.reached if found.rated else None
        word = "suppliers.rated_whole" if not found.open_points else "suppliers.rated_part"
        rating = text(word if found.rated else "suppliers.not_rated")
        rows.append((partner, *groups, points, found.open_points, rating))
    title = method.title_zh if chinese else method.title_en
    note = text("suppliers.method_note", source=method.citation, source_class=method.source_class)
    return Table(title, columns, tuple(rows), (note,))


def form_table(found: FormResult) -> Table:
    """Return scope 1, scope 2 and the intensity of a small supplier, with what is missing."""
    rows: list[tuple[Cell, ...]] = [
        (text("suppliers.form_scope1"), found.scope1, "kg CO2e"),
        (text("suppliers.form_scope2"), found.scope2, "kg CO2e"),
        (text("suppliers.form_sum"), found.scope1 + found.scope2, "kg CO2e"),
        (text("suppliers.form_intensity"), found.intensity, f"kg CO2e/{found.currency or '?'}"),
    ]
    columns = (
        Column(text("suppliers.column_figure")),
        Column("", kind="quantity"),
        Column(text("suppliers.column_unit")),
    )
    notes = [text("suppliers.form_method")]
    for name, fields in (("missing", found.missing), ("unresolved", found.unresolved)):
        if fields:
            listed = ", ".join(text(f"suppliers.field_{field}") for field in fields)
            notes.append(text(f"suppliers.form_{name}", fields=listed))
    return Table(
        text("suppliers.form_title", company=found.company), columns, tuple(rows), (*notes, *found.factors)
    )
