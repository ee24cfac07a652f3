"""Tools that write: contracts, drafts, designs, testbenches, and files where that is approved."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gatewright.agents.chat import proposals
from gatewright.agents.chat.contracts import (
    departures,
    owed_contract,
    owed_to_generate,
    show_contract,
    with_ports,
)
from gatewright.agents.chat.events import Contract, Question, Verified
from gatewright.agents.chat.given import draft as draft_named
from gatewright.agents.chat.given import given, whole_text
from gatewright.agents.chat.modules import modules_of
from gatewright.agents.chat.progress import Progress
from gatewright.agents.chat.store import Draft
from gatewright.agents.chat.toolbox import DRAFT, Arguments, Hands, Result, Tool
from gatewright.agents.edits import Edit, apply_edits
from gatewright.core import Direction, GatewrightError, Oracle, Port, UsageError

_FILES = "paths inside the folder, or draft:NAME"
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,80}")


class PortArguments(BaseModel):
    """One port of a contract."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z_][\w$]*$")
    direction: Literal["input", "output", "inout"]
    width: int = Field(default=1, ge=1, le=65536)


class ContractArguments(Arguments):
    """Of show_contract."""

    module: str = Field(pattern=r"^[A-Za-z_][\w$]*$")
    ports: list[PortArguments] = Field(min_length=1)
    clock: str = Field(description="its name and edge, or 'none'")
    reset: str = Field(description="its name, level, synchronous or not, or 'none'")
    latency: str = Field(description="cycles from input to output, or 'combinational'")
    behaviour: str = Field(description="what it does, in two or three sentences")
    assumptions: list[str] = Field(default=[], description="what you assume beyond the words")


class QuestionArguments(Arguments):
    """Of ask_user."""

    question: str = Field(min_length=1)
    choices: list[str] = Field(default=[], max_length=6)


class DraftArguments(Arguments):
    """Of draft."""

    name: str = Field(description="a file name, such as fifo.sv")
    text: str = ""
    path: str = Field(default="", description="a file to begin with, instead of a text")


class Change(BaseModel):
    """Replace the one place that reads `old` by `new`."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(min_length=1, description="whole lines, exactly as they are")
    new: str


class EditDraftArguments(Arguments):
    """Of edit_draft."""

    name: str
    edits: list[Change] = Field(min_length=1)


class GenerateArguments(Arguments):
    """Of generate."""

    spec: str = Field(min_length=1, description="the whole specification, with ports and timing")
    module: str = Field(default="", description="the module's name")
    language: Literal["verilog", "systemverilog", "chisel"] = "systemverilog"
    testbench: list[str] = Field(default=[], description=f"what it must pass: {_FILES}")
    reference: list[str] = Field(default=[], description=f"what it must equal: {_FILES}")
    cocotb: list[str] = Field(default=[], description=f"cocotb tests to pass: {_FILES}")
    use_repository: bool = Field(default=False, description="it may use the folder's modules")


class TestbenchArguments(Arguments):
    """Of testbench."""

    __test__ = False  # not a pytest class

    spec: str = Field(min_length=1, description="what the design is to do")
    reference: list[str] = Field(default=[], description=f"a design that is right: {_FILES}")
    module: str = Field(default="", description="the design's module name")
    style: Literal["verilog", "cocotb"] = "verilog"


class WriteArguments(Arguments):
    """Of write_file: a text, or a draft as it is."""

    path: str
    text: str = ""
    draft: str = Field(default="", description="the name of a draft that is written as it is")


class EditArguments(Arguments):
    """Of edit_file."""

    path: str
    edits: list[Change] = Field(min_length=1)


def _contract(hands: Hands, wanted: ContractArguments) -> Result:
    ports = tuple(Port(p.name, Direction(p.direction), p.width) for p in wanted.ports)
    names = [port.name for port in ports]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UsageError(f"two ports are called {min(twice)!r}", where="show_contract")
    told = Contract(
        wanted.module,
        ports,
        wanted.clock,
        wanted.reset,
        wanted.latency,
        wanted.behaviour,
        tuple(wanted.assumptions),
    )
    show_contract(hands, told)
    return Result(f"contract of {wanted.module} shown", "shown to the user; go on")


def _ask(hands: Hands, wanted: QuestionArguments) -> Result:
    hands.turn.tell(Question(wanted.question, tuple(wanted.choices)))
    return Result("asked", "the question was shown; the user's next message answers it")


def _draft(hands: Hands, wanted: DraftArguments) -> Result:
    if not _NAME.fullmatch(wanted.name):
        raise UsageError(f"{wanted.name[:80]!r} is no plain file name", where="draft")
    if bool(wanted.text) is bool(wanted.path):
        raise UsageError("give the text, or a file to begin with", where="draft")
    if wanted.text:
        owed_contract(hands, wanted.text)
    keep_draft(hands, Draft(wanted.name, wanted.text or whole_text(hands, wanted.path)))
    return Result(f"draft {wanted.name}", f"kept as {DRAFT}{wanted.name}; nothing was written")


def keep_draft(hands: Hands, made: Draft) -> None:
    """Keep a text under its name."""
    hands.turn.change(lambda state: state.with_draft(made))
    if modules_of(made.text):
        hands.turn.changed(hashlib.sha256(made.text.encode()).hexdigest())


def _edit_draft(hands: Hands, wanted: EditDraftArguments) -> Result:
    before = draft_named(hands, wanted.name)
    done = apply_edits(before.text, edits_of(wanted.edits))
    if done.problem:
        raise UsageError(done.problem, where=wanted.name)
    owed_contract(hands, done.text, before.text)
    keep_draft(hands, Draft(before.name, done.text))
    return Result(f"draft {before.name} changed", done.text)


def edits_of(changes: list[Change]) -> tuple[Edit, ...]:
    """Changes as the edits that are applied."""
    return tuple(Edit(change.old, change.new) for change in changes)


def _generate(hands: Hands, wanted: GenerateArguments) -> Result:
    owed_to_generate(hands, wanted.module)
    before = hands.turn.state.drafts
    spec = with_ports(hands, wanted.spec, wanted.module)
    made = generated(hands, wanted.model_copy(update={"spec": spec}))
    new = [each.text for each in hands.turn.state.drafts if each not in before]
    broken = departures(hands, "\n".join(new))
    if not broken:
        return made
    told = f"it does not keep to the contract: {'; '.join(broken)}"
    hands.turn.told(told)
    return Result(f"{made.summary}; {told}", f"{told}\n{made.text}")


def generated(hands: Hands, wanted: GenerateArguments) -> Result:
    """Run the loop; what comes of it is a draft, its verdict the tool's."""
    found = hands.workbench.generate(
        wanted.spec,
        language=wanted.language,
        top=wanted.module,
        testbench=given(hands, wanted.testbench),
        reference=given(hands, wanted.reference),
        cocotb=given(hands, wanted.cocotb),
        use_repository=wanted.use_repository,
        listener=Progress(hands.turn),
        stop=hands.turn.stopping,
    )
    hands.turn.spent(found.usage)
    hands.turn.pulse()
    if not found.code:
        return Result("nothing was written", "\n".join([found.text, *found.notes]))
    name = found.files[0].name
    for source in found.files:
        keep_draft(hands, Draft(source.name, source.text))
    if found.verdict is not None and found.oracle is not Oracle.NONE:
        check = ", ".join((*wanted.testbench, *wanted.reference, *wanted.cocotb))
        against = check or AGAINST.get(found.oracle, str(found.oracle))
        hands.turn.tell(Verified(found.verdict, "generate", found.oracle, found.files, against))
    outcome = "verified" if found.verified else "not verified"
    told = "\n".join([found.text, *found.notes, f"kept as {DRAFT}{name}:", found.code])
    return Result(f"{name}: {outcome}", told)


AGAINST = {
    Oracle.DERIVED: "a testbench made from the specification's own tables",
    Oracle.GENERATED: "a testbench that a model wrote",
}


def _testbench(hands: Hands, wanted: TestbenchArguments) -> Result:
    found = hands.workbench.testbench(
        wanted.spec,
        reference=given(hands, wanted.reference),
        style=wanted.style,
        top=wanted.module,
        listener=Progress(hands.turn),
        stop=hands.turn.stopping,
    )
    hands.turn.spent(found.usage)
    hands.turn.pulse()
    if not found.code:
        return Result("no testbench was written", "\n".join([found.text, *found.notes]))
    keep_draft(hands, Draft(found.name, found.code))
    told = "\n".join([found.text, *found.notes, f"kept as {DRAFT}{found.name}:", found.code])
    return Result(found.text.partition("\n")[0] or found.name, told)


def proposed(hands: Hands, tool: str, wanted: Arguments, id: str) -> None:
    """Show what write_file or edit_file would do. Raises UsageError or DataError."""
    if isinstance(wanted, WriteArguments):
        if bool(wanted.text) is bool(wanted.draft):
            raise UsageError("give the text, or the name of a draft", where=tool)
        text = wanted.text or draft_named(hands, wanted.draft).text
        owed_contract(hands, text, _before(hands, wanted.path))
        proposals.propose(hands, id, wanted.path, text=text)
    elif isinstance(wanted, EditArguments):
        proposals.propose(hands, id, wanted.path, edits=edits_of(wanted.edits))


def _before(hands: Hands, path: str) -> str:
    try:
        return whole_text(hands, path)
    except GatewrightError:
        return ""  # a new file


def _by_hand_only(hands: Hands, wanted: Arguments) -> Result:
    raise UsageError("a change of a file is proposed first, and made when it is approved")


class SaveArguments(Arguments):
    """Of save."""

    path: str
    draft: str = Field(default="", description="a draft's name; the newest if none is given")


def _save(hands: Hands, wanted: SaveArguments) -> Result:
    drafts = hands.turn.state.drafts
    if not drafts:
        raise UsageError("there is no design in this conversation yet", where="save")
    text = draft_named(hands, wanted.draft or drafts[-1].name).text
    made = proposals.write_at_once(hands, wanted.path, text)
    return Result(f"wrote {made.path}", made.diff)


class NoArguments(Arguments):
    """Of undo."""


def _undo(hands: Hands, wanted: NoArguments) -> Result:
    undone = proposals.undo(hands)
    return Result(f"{undone.path}: put back", undone.diff)


TOOLS = (
    Tool(
        "show_contract",
        "Show the user what a module will be before it is written: ports, clock, reset, latency. "
        "Owed before any code of a new module.",
        ContractArguments,
        _contract,
    ),
    Tool(
        "ask_user",
        "Ask what the specification leaves open and matters. Ends the turn.",
        QuestionArguments,
        _ask,
        ends=True,
    ),
    Tool(
        "draft",
        "Keep a text, or a copy of a file, under a name to work on; no file is written.",
        DraftArguments,
        _draft,
    ),
    Tool("edit_draft", "Change a draft.", EditDraftArguments, _edit_draft),
    Tool(
        "generate",
        "Write a design from a specification, check it and mend it in a loop. It is kept as a "
        "draft with the loop's verdict.",
        GenerateArguments,
        _generate,
    ),
    Tool(
        "testbench",
        "Write a self-checking testbench and measure how many wrong designs it rejects.",
        TestbenchArguments,
        _testbench,
    ),
    Tool(
        "write_file",
        "Propose a new text for a file, or a new file. The user is asked; nothing is written "
        "before they approve.",
        WriteArguments,
        _by_hand_only,
        writes=True,
    ),
    Tool(
        "edit_file",
        "Propose changes to a file. The user is asked; nothing is written before they approve.",
        EditArguments,
        _by_hand_only,
        writes=True,
    ),
    Tool("save", "Write a draft to a file at once.", SaveArguments, _save, by_hand=True),
    Tool("undo", "Take the last change of a file back.", NoArguments, _undo, by_hand=True),
)
