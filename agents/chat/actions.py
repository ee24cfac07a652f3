"""The ready-made actions: slash commands, MCP prompts and buttons out of one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.agents.prompts import render
from gatewright.core import UsageError


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an action wants to know; `choices` () = any text."""

    name: str
    what: str
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """`name` is what is typed after the slash, `title` what a button says, `what` one line of help.

    `writes` = it ends in a change to a file, which has to be approved.
    """

    name: str
    title: str
    what: str
    parameters: tuple[Parameter, ...]
    writes: bool = False

    @property
    def usage(self) -> str:
        """How it is typed: `/fix DESIGN CHECK`."""
        words = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in self.parameters]
        return " ".join((f"/{self.name}", *words))

    def prompt(self, values: Mapping[str, str]) -> str:
        """The request in words, for a model. Raises UsageError for a value missing or not known."""
        return render(f"chat/actions/{self.name}.md", **self.checked(values))

    def checked(self, values: Mapping[str, str]) -> dict[str, str]:
        """All parameters, those left out empty. Raises UsageError."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                raise UsageError(f"takes no {name!r}", where=f"/{self.name}", hint=self.usage)
        found = {name: values.get(name, "").strip() for name in known}
        for name, parameter in known.items():
            if parameter.required and not found[name]:
                raise UsageError(f"wants {parameter.what}", where=f"/{self.name}", hint=self.usage)
            if parameter.choices and found[name] not in ("", *parameter.choices):
                hint = f"{name} is one of: {', '.join(parameter.choices)}"
                raise UsageError(f"no {name} {found[name]!r}", where=f"/{self.name}", hint=hint)
        return found


_BLOCK = Parameter("block", "a module's name or a file")
_DESIGN = Parameter("design", "the design's file")
_CHECK = Parameter("check", "the testbench's, reference's or cocotb test's file")
_SPEC = Parameter("spec", "the specification: a file or a text")

ACTIONS: tuple[Action, ...] = (
    Action("explain", "Explain this block", "what it does, from its ports and drivers", (_BLOCK,)),
    Action("comment", "Comment it", "comments that say why, code unchanged", (_DESIGN,), True),
    Action(
        "bug",
        "Find the bug this waveform shows",
        "from the first difference in a waveform back to the lines that cause it",
        (
            Parameter("waveform", "a VCD or FST file"),
            _DESIGN,
            Parameter("signal", "the signal that is wrong", required=False),
        ),
    ),
    Action(
        "fix",
        "Fix until it verifies",
        "change the design until its check passes",
        (_DESIGN, _CHECK),
        True,
    ),
    Action(
        "testbench",
        "Write its testbench",
        "a self-checking testbench, tried on the design",
        (_DESIGN, Parameter("spec", _SPEC.what, required=False)),
        True,
    ),
    Action(
        "assertions",
        "Add assertions",
        "SystemVerilog assertions for what the design promises",
        (_DESIGN,),
        True,
    ),
    Action(
        "port",
        "Port to Chisel or Verilog",
        "the same design in another language, checked for equivalence",
        (
            _DESIGN,
            Parameter(
                "language",
                "the language",
                choices=("chisel", "verilog", "systemverilog"),
            ),
        ),
        True,
    ),
    Action(
        "shrink",
        "Shrink area",
        "fewer cells by synthesis, equivalent to the design as it is",
        (_DESIGN,),
        True,
    ),
    Action(
        "document",
        "Document the interface",
        "ports, parameters, clock, reset and protocol as a table",
        (_BLOCK,),
    ),
)


def action_named(name: str) -> Action:
    """The action of that name. Raises UsageError."""
    for action in ACTIONS:
        if action.name == name:
            return action
    raise UsageError(f"no action {name!r}", hint=f"there is: {', '.join(a.name for a in ACTIONS)}")
