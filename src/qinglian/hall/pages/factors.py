"""Factors: packs and every factor with its citation; what a new pack would change, before it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.hall.jobs.planning import unpacked
from qinglian.hall.pages.fields import Labelled, refused_as_error
from qinglian.hall.pages.inventories import runs
from qinglian.hall.pages.uploads import receive
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.explain import gases_text, rejected
from qinglian.ledger.installed import install_packs, installed_factors, installed_packs
from qinglian.ledger.packs import FactorPack, load_pack, shipped_packs
from qinglian.ledger.rehearsal import Change, rehearse
from qinglian.present.figures import Column, Table

KG = 1000
MOST = 500


class Pack(Labelled):
    """A pack of one's own: its folder as a zip."""

    file = forms.FileField()


@at_desk(Right.READ)
def factors(desk: Desk) -> HttpResponse:
    """List packs and the activities that have factors; rehearse a pack."""
    form = Pack(desk.request.POST or None, desk.request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if desk.request.method == "POST":
        desk.require(Right.FACTORS)
        if form.is_valid():
            try:
                context |= _rehearsed(desk, form.cleaned_data["file"])
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    with desk.book.read() as connection:
        packs = sorted(installed_packs(connection), key=lambda pack: pack.id)
    known = {pack.sha256 for pack in packs}
    fresh = [load_pack(path) for path in shipped_packs()]
    context |= {
        "packs": packs,
        "shipped": [pack for pack in fresh if pack.sha256 not in known],
        "activities": sorted({factor.activity for pack in packs for factor in pack.factors}),
    }
    return render(desk.request, "hall/factors.html", context, status=400 if form.errors else 200)


def _rehearsed(desk: Desk, upload: Any) -> dict[str, Any]:
    pack, changes, token = rehearsed(desk, upload)
    return {"pack": pack, "change": change_table(changes), "changed": bool(changes), "token": token}


def rehearsed(desk: Desk, upload: Any) -> tuple[FactorPack, list[Change], str]:
    """Return an uploaded pack, what it would change of the newest run, and the word to install it by."""
    folder = unpacked(receive(desk.organisation, upload, (".zip",)))
    pack = load_pack(folder)
    known = runs(desk.book)
    changes = rehearse(desk.book, known[0].id, [pack]) if known else []
    return pack, changes, folder.parent.name


def change_record(one: Change) -> dict[str, Any]:
    """Return a change as data."""
    return {name: getattr(one, name) for name in Change.__slots__}


def change_table(changes: list[Change]) -> Table:
    """Return what would change, the largest first."""
    names = ("rule", "activity", "facility")
    columns = (
        *(Column(text(f"ledger.column_{name}")) for name in names),
        *(
            Column(text(f"hall.column_{name}"), "t CO2e", "quantity")
            for name in ("before", "after", "difference")
        ),
    )
    rows = tuple(
        (
            one.rule,
            one.activity,
            one.facility,
            None if one.before is None else one.before / KG,
            None if one.after is None else one.after / KG,
            one.difference / KG,
        )
        for one in changes[:MOST]
    )
    notes = () if rows else (text("hall.nothing_changes"),)
    return Table(text("hall.what_would_change"), columns, rows, notes)


@require_POST
@at_desk(Right.FACTORS)
def install(desk: Desk, token: str) -> HttpResponse:
    """Install a pack that was rehearsed, or every shipped one that is new."""
    if token == "shipped":  # noqa: S105 - no secret
        fresh = install_packs(desk.book, desk.actor)
        desk.record("factors installed", named(fresh))
    else:
        install_uploaded(desk, token)
    return redirect("factors", desk.organisation.slug)


def install_uploaded(desk: Desk, token: str) -> list[FactorPack]:
    """Install a pack that was rehearsed."""
    folder = _uploaded(desk, token)
    fresh = install_packs(desk.book, desk.actor, (folder,))
    shutil.rmtree(folder.parent)
    desk.record("factors installed", named(fresh))
    return fresh


def named(packs: list[FactorPack]) -> str:
    """Return packs with their versions."""
    return ", ".join(f"{pack.id} {pack.version}" for pack in packs)


def _uploaded(desk: Desk, token: str) -> Path:
    from django.conf import settings

    if not token.isalnum():
        raise Http404
    home = Path(settings.HOME.uploads) / desk.organisation.slug / token
    folder = next((path for path in home.glob("*") if path.is_dir()), None) if home.is_dir() else None
    if folder is None:
        raise Http404
    return folder


@at_desk(Right.READ)
def activity(desk: Desk, name: str) -> HttpResponse:
    """Show every factor of an activity, and which were chosen in the newest run and which lost."""
    with desk.book.read() as connection:
        found = [factor for factor in installed_factors(connection) if factor.activity == name]
    if not found:
        raise Http404
    known = runs(desk.book)
    traced = (
        [entry for entry in rejected(desk.book, known[0].id) if entry["activity"] == name] if known else []
    )
    context = {
        "activity": name,
        "factors": factor_table(found),
        "trace": trace_table(traced) if traced else None,
    }
    return render(desk.request, "hall/activity.html", context)


def factor_table(found: list[Any]) -> Table:
    """Return factors with validity, basis, class and citation."""
    names = ("value", "per", "basis", "place", "valid", "pack", "class", "source")
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    ordered = sorted(found, key=lambda f: (f.place, f.basis, f.valid_from, f.id))
    rows = tuple(
        (
            gases_text(f),
            f.per_unit,
            f.basis,
            f.place,
            f"{f.valid_from}..{f.valid_to or '…'}",
            f"{f.pack} {f.version}",
            f.source_class,
            f"{f.citation} {f.locator}",
        )
        for f in ordered
    )
    return Table("", columns, rows)


def trace_table(entries: list[dict[str, Any]]) -> Table:
    """Return which candidate answered which question, and at which step of the policy the others lost."""
    from qinglian.ledger.commands.calculation import TRACED, traced_row

    columns = tuple(Column(text(f"ledger.column_{name}")) for name in TRACED)
    return Table(text("ledger.trace"), columns, tuple(map(traced_row, entries)))
