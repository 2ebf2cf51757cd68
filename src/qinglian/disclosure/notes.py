"""Methodology notes: sentences generated from what the run did, in the language in force."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from qinglian.core.text import text
from qinglian.disclosure.rounding import rounded, shown

TONNE, MWH = 1000, 1000


def notes(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the notes of a frozen statement: heading, then sentences."""
    method = data["method"]
    sections = (
        ("boundary", _boundary(method["boundary"])),
        ("gwp", _gwp(method)),
        ("factors", _factors(method)),
        ("scope2", _scope2(method["instruments"])),
        ("exclusions", _exclusions(data)),
        ("coverage", _coverage(data)),
        ("uncertainty", _uncertainty(method["uncertainty"])),
        ("restatements", _restatements(data)),
        ("apart", _apart(method)),
        ("rounding", [text("disclosure.note_rounding")]),
        ("review", _review(data["version"])),
    )
    return [(text(f"disclosure.heading_{name}"), list(sentences)) for name, sentences in sections]


def _boundary(boundary: dict[str, Any]) -> Iterator[str]:
    approach = text(f"ledger.by_{boundary['consolidation']}")
    yield text("disclosure.note_consolidation", approach=approach)
    for site in boundary["facilities"]:
        shares = [_percent(Fraction(share)) for share in site["shares"]]
        yield text(
            "disclosure.note_facility",
            code=site["code"],
            name=site["name"],
            place=site["place"],
            share=shares,
        )
    if boundary["without_data"]:
        yield text("disclosure.note_without_data", sites=boundary["without_data"])


def _gwp(method: dict[str, Any]) -> Iterator[str]:
    yield text("disclosure.note_gwp", gwp=method["gwp"])
    for gas, kg in method["outside_kyoto_kg"].items():
        yield text("disclosure.note_outside_kyoto", gas=gas, kg=_number(Fraction(kg), 1))


def _factors(method: dict[str, Any]) -> Iterator[str]:
    rules, policy = method["rules"], method["policy"]
    yield text(
        "disclosure.note_rules",
        rules=f"{rules['name']} {rules['version']}",
        policy=policy["name"],
        cutoff=method["cutoff"],
    )
    for source in method["factors"]:
        yield text(
            "disclosure.note_factor",
            citation=source["citation"],
            dataset=source["dataset"],
            version=source["version"],
            kind=source["class"],
            count=source["factors"],
            tonnes=_number(Fraction(source["kg_co2e"]) / TONNE),
            fallback=_number(Fraction(source["fallback_kg_co2e"]) / TONNE),
        )


def _scope2(instruments: dict[str, Any]) -> Iterator[str]:
    yield text(
        "disclosure.note_electricity",
        bought=_number(Fraction(instruments["electricity_kwh"]) / MWH),
        uncovered=_number(Fraction(instruments["uncovered_kwh"]) / MWH),
    )
    for kind in instruments["kinds"]:
        yield text(
            "disclosure.note_instrument",
            kind=kind["kind"],
            market=kind["market"],
            count=kind["instruments"],
            mwh=_number(Fraction(kind["kwh"]) / MWH),
        )
    if not instruments["kinds"]:
        yield text("disclosure.note_no_instrument")


def _exclusions(data: dict[str, Any]) -> Iterator[str]:
    for entry in data["method"]["exclusions"]:
        yield text(
            "disclosure.note_exclusion",
            scope=entry["scope"],
            method=_method(entry["method"]),
            activity=entry["activity"],
            records=entry["records"],
        )
    absent = [
        label(entry["point"]) for entry in data["points"] if entry["status"] == "no_data" and _whole(entry)
    ]
    if absent:
        yield text("disclosure.note_no_data", points=absent)


def _whole(entry: dict[str, Any]) -> bool:
    return not entry["point"]["gases"]


def _coverage(data: dict[str, Any]) -> Iterator[str]:
    for entry in data["points"]:
        if entry["status"] in {"partial", "unresolved"}:
            yield text(
                "disclosure.note_coverage",
                point=label(entry["point"]),
                resolved=entry["resolved"],
                records=entry["records"],
            )
    yield from _missing_parts(data)
    estimated = [entry for entry in data["points"] if entry["estimated"] and Fraction(entry["estimated"])]
    for entry in estimated:
        share = _percent(Fraction(entry["estimated"]))
        yield text("disclosure.note_estimated", point=label(entry["point"]), share=share)
    if not estimated:
        yield text("disclosure.note_nothing_estimated")


def _missing_parts(data: dict[str, Any]) -> Iterator[str]:
    """Totals that lack a part whose data no factor answers; parts without data are exclusions already."""
    known = {entry["point"]["code"]: entry for entry in data["points"]}
    for entry in known.values():
        parts = [label(known[code]["point"]) for code in entry["missing_parts"] if known[code]["records"]]
        if entry["exact"] is not None and parts:
            yield text("disclosure.note_missing_parts", point=label(entry["point"]), parts=parts)


def _uncertainty(estimates: list[dict[str, Any]]) -> Iterator[str]:
    yield text("disclosure.note_uncertainty")
    for entry in estimates:
        if not Decimal(entry["covered"]):
            key, params = "disclosure.note_no_spread", {}
        else:
            key = "disclosure.note_interval"
            params = {
                "low": _decimal(entry["low"]),
                "high": _decimal(entry["high"]),
                "covered": _percent(Fraction(entry["covered"])),
            }
        method = _method(entry["method"])
        yield text(key, scope=entry["scope"], method=method, **params)


def _restatements(data: dict[str, Any]) -> Iterator[str]:
    found = data["method"]["restatements"]
    if found["supersedes"] is None:
        yield text("disclosure.note_first_version")
    else:
        yield text("disclosure.note_supersedes", version=found["supersedes"], reason=found["reason"] or "–")
    for number in found["superseded_by"]:
        yield text("disclosure.note_superseded", version=number)
    for one in found["recorded"]:
        for change in one["differences"]:
            yield text(
                "disclosure.note_restated",
                scope=change["scope"],
                method=_method(change["method"]),
                account=change["account"],
                **{
                    name: _number(Fraction(change[name]) / TONNE, 1)
                    for name in ("before", "after", "activity", "factor", "gwp", "boundary")
                },
            )
    base = data["method"]["base_year"]
    if base is None:
        yield text("disclosure.note_no_base_year")
    else:
        share = _percent(Fraction(base["threshold"]))
        yield text("disclosure.note_base_year", year=base["year"], threshold=share)


def _apart(method: dict[str, Any]) -> Iterator[str]:
    yield text("disclosure.note_gross")
    for claim in method["apart"]:
        kg = claim["kg_co2e"]
        key = "disclosure.note_claim" if kg is not None else "disclosure.note_claim_stated"
        yield text(
            key,
            name=claim["name"],
            account=text(f"disclosure.account_{claim['account']}"),
            tonnes="–" if kg is None else _number(Fraction(kg) / TONNE),
            baseline=claim["baseline"],
            method=claim["method"],
            factor=claim["factor"] or "–",
            stated=claim["stated"] or "–",
        )


def _review(version: dict[str, Any]) -> Iterator[str]:
    key = "reviewed" if version["independently_reviewed"] else "not_reviewed"
    yield text(f"disclosure.note_{key}")
    yield text(
        "disclosure.note_head", version=version["id"], head=version["head"], export=version["export_sha256"]
    )


def label(point: dict[str, Any]) -> str:
    """Name of a frozen data point in the language in force."""
    from qinglian.core.text import language

    return str(point[f"label_{language()}"])


def _method(name: str) -> str:
    return text(f"disclosure.method_{name}") if name else ""


def _number(value: Fraction, decimals: int = 0) -> str:
    return shown(rounded(value, decimals))


def _decimal(value: str) -> str:
    return shown(Decimal(f"{Decimal(value):f}"))


def _percent(share: Fraction) -> str:
    return f"{shown(rounded(share * 100, 1))} %"
