"""The verbs by their names: each is loaded when it is asked for, and no other then."""

from __future__ import annotations

from importlib import import_module

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info, get_group

from gatewright.cli import quick
from gatewright.cli.declared import typed

# In the order in which help lists them: the module, and what in it is the verb.
_VERBS = {
    "doctor": "doctor:doctor",
    "generate": "generate:generate",
    "chat": "chat:chat",
    "verify": "verify:verify",
    "schematic": "schematic:schematic",
    "testbench": "testbench:testbench",
    "translate": "translate:translate",
    "eval": "evaluate:evaluate",
    "preflight": "evaluate:preflight",
    "audit": "audit:audit",
    "report": "reporting:report",
    "compare": "reporting:compare",
    "index": "index:index",
    **quick.VERBS,
    "complete": "complete:complete",
    "serve": "serve:serve",
    "mcp": "mcp:mcp",
    "datasets": "datasets:datasets_app",
}


class Verbs(TyperGroup):
    """The group of all verbs. Help, and a verb that is none, load every one of them."""

    def list_commands(self, ctx: object) -> list[str]:
        """The names, in order."""
        return list(_VERBS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """A verb by its name; None for another name, whose likes are then known."""
        if cmd_name in _VERBS:
            return self._loaded(cmd_name)
        for name in _VERBS:
            self._loaded(name)
        return None

    def _loaded(self, name: str) -> TyperCommand | TyperGroup:
        found = self.commands.get(name)
        if not isinstance(found, (TyperCommand, TyperGroup)):
            found = self.commands[name] = _made(name)
        return found


def _made(name: str) -> TyperCommand | TyperGroup:
    module, _, attribute = _VERBS[name].partition(":")
    verb = getattr(import_module(f"gatewright.cli.{module}"), attribute)
    if isinstance(verb, typer.Typer):
        group = get_group(verb)
        group.name = name
        return group
    alone = typer.Typer(rich_markup_mode=None)
    alone.command(name)(typed(verb))
    command = get_command_from_info(
        alone.registered_commands[0], pretty_exceptions_short=True, rich_markup_mode=None
    )
    assert isinstance(command, TyperCommand)
    return command
