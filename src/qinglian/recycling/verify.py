"""Recompute what recyclers certify, from custody and dispositions alone; say which statement fails."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.recycling.model import Certificate, CustodyEvent, Disposition
    from qinglian.recycling.readers import Recovery

RATE_TOLERANCE = Fraction(1, 2000)
"""A certified rate is a rounded percentage: half a tenth of a per cent is allowed."""


def verify_certificates(recovery: Recovery) -> tuple[Problem, ...]:
    """Return every statement of every certificate that the records do not bear.

    The mass received is what was handed over to the issuer until the day of issue; the mass recovered is what
    the lot's dispositions by the issuer record; the rate is one over the other.
    """
    return tuple(problem for one in recovery.certificates for problem in _failed(one, recovery))


def _failed(certificate: Certificate, recovery: Recovery) -> list[Problem]:
    lot = next(lot for lot in recovery.lots if lot.id == certificate.lot)
    failed = _received(certificate, handed_over(certificate, recovery.custody), lot.tolerance)
    own = [
        part for part in recovery.dispositions if part.lot == lot.id and part.treated_by == certificate.issuer
    ]
    failed += _recovered(certificate, own)
    return failed + _rate(certificate)


def handed_over(certificate: Certificate, custody: Iterable[CustodyEvent]) -> Fraction:
    """Kilograms of the lot that the issuer held on the day of issue or passed on."""
    masses = (
        event.mass_kg
        for event in custody
        if (event.lot, event.taker) == (certificate.lot, certificate.issuer)
        and event.day <= certificate.issued
    )
    return sum(masses, Fraction(0))


def _received(certificate: Certificate, handed: Fraction, tolerance: Fraction) -> list[Problem]:
    if abs(certificate.received_kg - handed) <= handed * tolerance:
        return []
    masses = {"stated": plain(certificate.received_kg), "found": plain(handed)}
    return [_problem("recycling.certified_received", certificate, masses)]


def _recovered(certificate: Certificate, own: list[Disposition]) -> list[Problem]:
    if certificate.recovered_kg is None:
        return []
    unweighed = [part for part in own if part.recovered_kg is None]
    if not own or unweighed:
        return [_problem("recycling.certified_unrecorded", certificate, {"parts": len(unweighed)})]
    found = sum((part.recovered_kg or Fraction(0) for part in own), Fraction(0))
    if found == certificate.recovered_kg:
        return []
    masses = {"stated": plain(certificate.recovered_kg), "found": plain(found)}
    return [_problem("recycling.certified_recovered", certificate, masses)]


def _rate(certificate: Certificate) -> list[Problem]:
    if certificate.rate is None:
        return []
    if certificate.recovered_kg is None or not certificate.received_kg:
        return [_problem("recycling.certified_rate_alone", certificate, {})]
    found = certificate.recovered_kg / certificate.received_kg
    if abs(found - certificate.rate) <= RATE_TOLERANCE:
        return []
    shares = {"stated": plain(certificate.rate), "found": plain(Fraction(round(found, 4)))}
    return [_problem("recycling.certified_rate", certificate, shares)]


def _problem(code: str, certificate: Certificate, values: Mapping[str, object]) -> Problem:
    named = {"certificate": certificate.id, "issuer": certificate.issuer, "lot": certificate.lot}
    return Problem(code, certificate.where, {**named, **values})
