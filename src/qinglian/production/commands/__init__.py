"""``qinglian production …``: plan, judge, change and explain a week."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

from qinglian.core.text import text

_HERE = "qinglian.production.commands"
VERBS = {
    "template": f"{_HERE}.files:template",
    "generate": f"{_HERE}.generating:generate",
    "check": f"{_HERE}.seeing:check",
    "lots": f"{_HERE}.files:lots",
    "plan": f"{_HERE}.planning:plan",
    "verify": f"{_HERE}.judging:verify",
    "explain": f"{_HERE}.judging:explain",
    "compare": f"{_HERE}.judging:compare",
    "what-if": f"{_HERE}.changing:what_if",
    "repair": f"{_HERE}.changing:repair",
    "promise": f"{_HERE}.changing:promise",
    "pareto": f"{_HERE}.fronts:pareto",
    "savings": f"{_HERE}.fronts:savings",
    "measure": f"{_HERE}.measuring:measure",
    "report": f"{_HERE}.seeing:report",
}
"""Verbs in the order of work, and where they are; a help page imports none of them."""


class Room(click.Group):
    """The room's verbs, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every verb in the order of work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb that was asked for."""
        from qinglian.present.options import with_global_options

        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        return with_global_options(cast("click.Command", getattr(import_module(module), name)))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs with what they do."""
        rows = [(name, text(f"production.help_{name.replace('-', '_')}")) for name in VERBS]
        with formatter.section(text("present.commands")):
            formatter.write_dl(rows)


@click.command(cls=Room, help="production.help_room", no_args_is_help=True)
def production() -> None:
    """Plan, judge, change and explain a week of production."""
