"""Lowering the peak that a demand charge is on, across lines, by moving work within its slack.

A peak is often several windows high as one, so that no single line lowers it. Hence lines are retimed in turn
under a cap above which a watt has a price, minute by minute: the charge spread over the minutes above the
cap. What comes out is kept only if the true account, charge and all, got cheaper; else the plan is as before.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from qinglian.production.decide.site import Cap, windows

if TYPE_CHECKING:
    from qinglian.production.decide.time_board import Board

SHARES = (0.8, 0.9, 0.95, 0.98)
"""Caps to try, as shares of the present peak; one that helped is tried again."""
ROUNDS = 12
WINDOWS = 2
"""The surcharge of a cap together is so many times the charge: 1 just pays, more pulls harder (measured)."""


def lower_peak(board: Board, until: float | None = None) -> None:
    """Retime the lines of a board under ever lower caps, as long as that makes the whole cheaper.

    It ends soon after `until`, a time of ``time.perf_counter()``; what it found by then is kept.
    """
    if not board.rates.peak:
        return
    shares = list(SHARES)
    for _ in range(ROUNDS):
        if shares and not over(until) and not _under(board, shares[0], until):
            del shares[0]


def over(until: float | None) -> bool:
    """Whether a time has come."""
    return until is not None and perf_counter() > until


def _under(board: Board, share: float, until: float | None) -> bool:
    """Try a cap at a share of the present peak; return whether it made the whole cheaper."""
    cap = _cap(board, share)
    before, rows = board.cost(), dict(board.rows)
    for used in (cap, cap, None):
        for line in _by_load(board, cap):
            if not over(until):
                board.improve(board.instance.line_of[line], used)
    if board.cost() < before:
        return True
    board.restore(rows)
    return False


def _cap(board: Board, share: float) -> Cap:
    draw, rates = board.site.draw(), board.rates
    watts = int(share * int(windows(draw, rates.window).max(initial=0))) // rates.window
    above = max(1, int((draw > watts).sum()))
    spread = WINDOWS * rates.window * rates.peak / above
    return Cap(watts, max(1, int(spread)) if rates.exact else spread)


def _by_load(board: Board, cap: Cap) -> list[str]:
    """Lines that draw anything while the site is above the cap, those that draw most first."""
    above = board.site.draw() > cap.watts
    drawn = {line: int(load[above].sum()) for line, load in board.site.load.items()}
    return sorted((line for line in drawn if drawn[line]), key=lambda line: (-drawn[line], line))
