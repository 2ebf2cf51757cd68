"""Figures of the packaging room, as data: material waterfall, mass per product, empty space, load plans."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import language, text
from qinglian.packaging.avoided import GRAMS_A_TONNE, AvoidedLine
from qinglian.present.figures import Bar, Column, Table, Waterfall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.packaging.avoided import Avoided
    from qinglian.packaging.catalogue import Catalogue
    from qinglian.packaging.claiming import AvoidedEmissions
    from qinglian.packaging.rules import PackagingRule, PlasticVerdict, Verdict
    from qinglian.packaging.verify import LoadVerification


def material_waterfall(found: Avoided) -> Waterfall:
    """Return the way from the baseline's mass to the mass used, a step for each material."""
    baseline = sum((line.baseline_g for line in found.lines), Fraction(0))
    steps = [Bar(name, -_tonnes(grams)) for name, grams in found.by_material_g.items()]
    return Waterfall(
        text("packaging.waterfall", name=found.baseline),
        "t",
        Bar(text("packaging.baseline"), _tonnes(baseline)),
        tuple(steps),
        text("packaging.used"),
        _uncovered(found),
    )


def avoided_table(found: Avoided) -> Table:
    """Return tonnes under the baseline, used and avoided by material."""
    columns = (
        Column(text("packaging.column_material")),
        *(
            Column(text(f"packaging.column_{name}"), "t", "quantity")
            for name in ("baseline", "used", "avoided")
        ),
    )
    rows = []
    for name, avoided in found.by_material_g.items():
        lines = [line for line in found.lines if line.material == name]
        rows.append((name, _sum(lines, "baseline_g"), _sum(lines, "used_g"), _tonnes(avoided)))
    total = (
        text("packaging.total"),
        _sum(found.lines, "baseline_g"),
        _sum(found.lines, "used_g"),
        _tonnes(found.total_g),
    )
    title = text("packaging.avoided_title", name=found.baseline)
    return Table(title, columns, (*rows, total), _uncovered(found))


def per_unit_table(found: Avoided) -> Table:
    """Return grams avoided per product unit, by specification and material."""
    columns = (
        Column(text("packaging.column_specification")),
        Column(text("packaging.column_material")),
        Column(text("packaging.column_avoided_per_unit"), "g", "quantity"),
    )
    rows = tuple(
        (f"{name}@{version}", material, grams)
        for (name, version, material), grams in found.per_item_g.items()
    )
    return Table(text("packaging.per_unit_title"), columns, rows)


def emissions_table(valued: AvoidedEmissions) -> Table:
    """Return CO2e avoided by activity."""
    columns = (Column(text("packaging.column_activity")), Column("CO2e", "kg", "quantity"))
    rows = (*valued.by_activity.items(), (text("packaging.total"), valued.kg_co2e))
    notes = _uncovered(valued.found)
    if valued.crossing:
        notes += (text("packaging.crossing", count=len(valued.crossing), period=valued.span.label),)
    return Table(text("packaging.emissions_title", method=valued.method), columns, rows, notes)


def catalogue_table(catalogue: Catalogue) -> Table:
    """Return every specification with its tare, products held, and grams per product."""
    names = ("specification", "level", "tare", "products", "per_unit", "recycled", "recyclable")
    units = {"tare": "g", "per_unit": "g"}
    kinds = {"tare": "quantity", "products": "quantity", "per_unit": "quantity"}
    kinds |= {"recycled": "share", "recyclable": "share"}
    columns = tuple(
        Column(text(f"packaging.column_{name}"), units.get(name, ""), kinds.get(name, "text"))  # type: ignore[arg-type]
        for name in names
    )
    rows = []
    for key, found in sorted(catalogue.specifications.items()):
        items = catalogue.items(key)
        recycled = sum((part.total_g * part.recycled for part in found.components), Fraction(0))
        rows.append(
            (
                "@".join(key),
                found.level,
                found.mass_g,
                items,
                None if items is None else found.mass_g / items,
                recycled / found.mass_g,
                found.recyclable,
            )
        )
    return Table(text("packaging.catalogue_title"), columns, tuple(rows))


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """Return empty space and verdict of each order and rule."""
    names = ("order", "day", "kind", "void", "most", "rule", "verdict")
    shares = {"void", "most"}
    columns = tuple(
        Column(text(f"packaging.column_{name}"), kind="share" if name in shares else "text") for name in names
    )
    found = list(verdicts)
    rows = tuple(
        (
            item.order.id,
            item.order.day.isoformat(),
            item.order.kind,
            item.order.void_ratio,
            item.rule.limit,
            item.rule.id,
            text(f"packaging.finding_{item.finding}", start=item.start or "?"),
        )
        for item in found
    )
    return Table(text("packaging.void_title"), columns, rows, _rule_notes(item.rule for item in found))


def plastic_table(verdicts: Iterable[PlasticVerdict]) -> Table:
    """Return the share of consumers' waste in the plastic of each specification, and the verdict."""
    columns = (
        Column(text("packaging.column_specification")),
        Column(text("packaging.column_plastic"), "g", "quantity"),
        Column(text("packaging.column_post_consumer"), kind="share"),
        Column(text("packaging.column_least"), kind="share"),
        Column(text("packaging.column_rule")),
        Column(text("packaging.column_verdict")),
    )
    found = list(verdicts)
    rows = tuple(
        (
            "@".join(item.specification.key),
            item.plastic_g,
            item.share,
            item.rule.limit,
            item.rule.id,
            text(f"packaging.plastic_{item.finding}", start=item.start or "?"),
        )
        for item in found
    )
    return Table(text("packaging.plastic_title"), columns, rows, _rule_notes(item.rule for item in found))


def _rule_notes(found: Iterable[PackagingRule]) -> tuple[str, ...]:
    """Say each rule with its citation and the class of its source."""
    rules = {rule.id: rule for rule in found}
    return tuple(
        text(
            "packaging.rule_note",
            rule=rule.id,
            title=rule.title_zh if language() == "zh" else rule.title_en,
            citation=rule.citation,
            source_class=text(f"packaging.class_{rule.source_class}"),
        )
        for rule in rules.values()
    )


def load_table(found: Iterable[LoadVerification]) -> Table:
    """Return utilisation, mass and centre of gravity of each load plan."""
    kinds = {"fill": "share", "boxes": "quantity", "mass": "quantity"}
    names = ("load", "boxes", "fill", "mass", "centre", "verdict")
    columns = tuple(
        Column(text(f"packaging.column_{name}"), "kg" if name == "mass" else "", kinds.get(name, "text"))  # type: ignore[arg-type]
        for name in names
    )
    rows = tuple(
        (
            item.check.plan.space.id,
            len(item.check.plan.placements),
            item.check.cube_utilisation,
            item.check.mass_g / 1000,
            "" if item.check.centre is None else " / ".join(str(round(part)) for part in item.check.centre),
            text("packaging.stands") if item.valid else text("packaging.fails", count=len(item.failed)),
        )
        for item in found
    )
    return Table(text("packaging.load_title"), columns, rows)


def _uncovered(found: Avoided) -> tuple[str, ...]:
    return (text("packaging.uncovered", count=len(found.uncovered)),) if found.uncovered else ()


def _sum(lines: Iterable[AvoidedLine], name: str) -> Fraction:
    return _tonnes(sum((getattr(line, name) for line in lines), Fraction(0)))


def _tonnes(grams: Fraction) -> Fraction:
    return grams / GRAMS_A_TONNE
