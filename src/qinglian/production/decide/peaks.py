"""Lowering the peak that a demand charge is on, across lines, by moving work within its slack.

A peak is often several windows high as one, so that no single line lowers it. Hence lines are retimed in
turn under a cap: a watt above it costs what a watt of peak costs, minute by minute. What comes out is kept
only if the true account, charge and all, got cheaper; else the plan is as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.production.decide.site import Cap, windows

if TYPE_CHECKING:
    from qinglian.production.decide.time_board import Board

SHARES = (0.7, 0.8, 0.9, 0.95, 0.98)
ROUNDS = 6


def lower_peak(board: Board, rounds: int = ROUNDS) -> None:
    """Retime the lines of a board under ever lower caps, as long as that makes the whole cheaper."""
    if not board.rates.peak:
        return
    for _ in range(rounds):
        if not any(_under(board, share) for share in SHARES):
            return


def _under(board: Board, share: float) -> bool:
    """Try a cap at a share of the present peak; return whether it made the whole cheaper."""
    window = board.rates.window
    top = int(windows(board.site.draw(), window).max(initial=0))
    cap = Cap(int(share * top) // window, board.rates.peak)
    before, rows = board.cost(), dict(board.rows)
    for line in _by_load(board, cap):
        board.improve(board.instance.line_of[line], cap)
    for line in _by_load(board, cap):
        board.improve(board.instance.line_of[line])
    if board.cost() < before:
        return True
    board.restore(rows)
    return False


def _by_load(board: Board, cap: Cap) -> list[str]:
    """Lines that draw anything while the site is above the cap, those that draw most first."""
    above = board.site.draw() > cap.watts
    drawn = {line: int(load[above].sum()) for line, load in board.site.load.items()}
    return sorted((line for line in drawn if drawn[line]), key=lambda line: (-drawn[line], line))
