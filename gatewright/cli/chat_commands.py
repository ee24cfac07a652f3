"""The slash commands of `gatewright chat`: what they take, what they do."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.agents.chat.actions import ACTIONS, Action
from gatewright.agents.chat.conversation import Chat
from gatewright.agents.chat.events import TurnEnded, TurnFailed, Verified
from gatewright.agents.chat.request import Request
from gatewright.cli.chat_screen import summary_line
from gatewright.core import DataError, Usage, UsageError

if TYPE_CHECKING:
    from gatewright.cli.chat_session import Session


class Leaving(Exception):
    """The user leaves."""


@dataclass(frozen=True, slots=True)
class Command:
    """`usage` is how it is typed, `what` one line of help."""

    usage: str
    what: str
    work: Callable[[Session, str], None]


def command_named(name: str) -> Command:
    """The command of that name, or of the only one that begins so. Raises UsageError."""
    if name in COMMANDS:
        return COMMANDS[name]
    likely = [known for known in COMMANDS if name and known.startswith(name)]
    if len(likely) == 1:
        return COMMANDS[likely[0]]
    likely = likely or difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean {', '.join(f'/{each}' for each in likely)}?" if likely else "/help"
    raise UsageError(f"no command /{name}", hint=hint)


def _words(text: str, usage: str, least: int = 0) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"cannot be read: {error}", hint=usage) from None
    if len(words) < least:
        raise UsageError("wants more", hint=usage)
    return words


def _help(session: Session, rest: str) -> None:
    for command in COMMANDS.values():
        session.screen.line(f"{command.usage:38} {command.what}")
    session.screen.line('Everything else is said. Several lines: between lines of """.')


def _add(session: Session, rest: str) -> None:
    for path in _words(rest, "/add FILE...", 1):
        session.screen.line(f"shown from now on: {session.chat.add(path)}")


def _drop(session: Session, rest: str) -> None:
    for path in _words(rest, "/drop FILE...", 1):
        session.screen.line(f"shown no longer: {session.chat.drop(path)}")


def _files(session: Session, rest: str) -> None:
    for file in session.chat.files:
        session.screen.line(file)
    for name in session.chat.drafts:
        session.screen.line(f"draft:{name}")


def _undo(session: Session, rest: str) -> None:
    session.play(session.chat.use("undo", {}))


def _diff(session: Session, rest: str) -> None:
    """What waits, or else what was changed in this conversation."""
    waiting = session.chat.pending()
    diffs = [each.diff for each in waiting] or list(session.chat.changes)
    if not diffs:
        session.screen.line("nothing was changed in this conversation")
    for diff in diffs:
        session.screen.diff(diff)


def _check(session: Session, rest: str, usage: str) -> list[Verified]:
    words = _words(rest, usage, 2)
    formal = "--formal" in words
    words = [word for word in words if word != "--formal"]
    *design, check = words
    if not design:
        raise UsageError("wants a design and what it is checked by", hint=usage)
    if formal:
        events = session.chat.use("equivalence", {"design": design, "reference": [check]})
    else:
        key = "cocotb" if check.endswith(".py") else _bench_or_reference(session, check)
        events = session.chat.use("verify", {"design": design, key: [check]})
    played = session.play(events)
    return [event for event in played if isinstance(event, Verified)]


def _bench_or_reference(session: Session, check: str) -> str:
    """A module with ports is a design to compare with; one without is a testbench."""
    from gatewright.agents.chat.modules import modules_of

    if check.startswith("draft:"):
        return "testbench"
    text = session.workbench.read_file(check).text
    return "reference" if modules_of(text) and "$finish" not in text else "testbench"


def _verify(session: Session, rest: str) -> None:
    from gatewright.sandbox.harness.told import told

    for event in _check(session, rest, COMMANDS["verify"].usage):
        session.screen.line(told(event.verdict))


def _run(session: Session, rest: str) -> None:
    for event in _check(session, rest, COMMANDS["run"].usage):
        session.screen.line(event.verdict.log.rstrip() or "the simulation printed nothing")


def _lint(session: Session, rest: str) -> None:
    design = _words(rest, "/lint DESIGN...", 1)
    _use(session, "lint", {"design": design})


def _wave(session: Session, rest: str) -> None:
    words = _words(rest, COMMANDS["wave"].usage)
    wave = words.pop(0) if words and words[0].endswith((".vcd", ".fst")) else session.wave
    if not wave:
        raise UsageError("no failing simulation has left a waveform yet", hint="/wave FILE.vcd")
    arguments: dict[str, object] = {"wave": wave}
    if words and "-" in words[-1] and words[-1].replace("-", "").isdigit():
        start, _, end = words.pop().partition("-")
        arguments |= {"start": int(start or 0)} | ({"end": int(end)} if end else {})
    _use(session, "wave_window", arguments | {"signals": words})


def _use(session: Session, tool: str, arguments: dict[str, object]) -> None:
    from gatewright.agents.chat.events import ToolEnded

    for event in session.play(session.chat.use(tool, arguments)):
        if isinstance(event, ToolEnded) and event.ok:
            session.screen.line(event.result)


def _schematic(session: Session, rest: str) -> None:
    words = _words(rest, COMMANDS["schematic"].usage, 1)
    target = Path(words.pop()) if len(words) > 1 and words[-1].endswith(".svg") else None
    with session.working() as stop:
        drawn = session.workbench.schematic(words, stop=stop)
    for number, each in enumerate(drawn):
        if not each.svg:
            raise DataError(each.title)
        path = target or Path(f"{Path(words[0]).stem}.svg")
        if number:
            path = path.with_name(f"{path.stem}-{number + 1}.svg")
        written = _write_own(session, path, each.svg, "<svg")
        session.screen.line(f"wrote {written}: {each.title}")


def _tokens(session: Session, rest: str) -> None:
    spent = Usage()
    for event in session.chat.history():
        if isinstance(event, TurnEnded | TurnFailed):
            spent += event.usage
    cost = "" if spent.cost is None else f", ${spent.cost:.4f}"
    session.screen.line(
        f"{spent.calls} calls of the model, {spent.prompt_tokens} tokens sent, "
        f"{spent.completion_tokens} received{cost}"
    )


def _model(session: Session, rest: str) -> None:
    from gatewright.agents.chat.mind import open_mind

    if rest:
        from gatewright.cli.options import settings_from

        flags = {"base_url": session.settings.base_url, "isolation": session.settings.isolation}
        session.settings = settings_from(model=rest, **flags)
        mind = open_mind(session.settings)
        session.chat.talk_with(mind)
        session.workbench.model = mind.model
    session.screen.line(f"model: {session.chat.mind.told}")


def _save(session: Session, rest: str) -> None:
    path = _words(rest, COMMANDS["save"].usage, 1)[0]
    if path.endswith(".md"):
        from gatewright.agents.chat.transcript import TITLE, transcript

        text = transcript(session.chat.history())
        written = _write_own(session, Path(path), text, TITLE)
        session.screen.line(f"wrote {written}: the conversation")
        return
    session.play(session.chat.use("save", {"path": path}))


def _write_own(session: Session, path: Path, text: str, beginning: str) -> Path:
    """Write what the user has asked for by hand into the open folder, or where a full path says.

    Over a file only where that begins as it does, too. Raises UsageError.
    """
    from gatewright.cli.output import OutputFile

    target = path.expanduser()
    if not target.is_absolute():
        return session.workbench.write_own(str(path), text, beginning=beginning)
    if target.is_file() and not target.read_bytes().startswith(beginning.encode()):
        raise UsageError("is there, and something else", where=str(path), hint="take another name")
    OutputFile(target).write(text)
    return target.resolve()


def _resume(session: Session, rest: str) -> None:
    if not rest:
        for summary in session.store.conversations()[:20]:
            session.screen.line(summary_line(summary))
        return
    chat = Chat(session.store, session.workbench, session.chat.mind, rest.split()[0])
    session.chat.close()
    session.begin(chat)


def _new(session: Session, rest: str) -> None:
    session.chat.close()
    session.chat = Chat(session.store, session.workbench, session.chat.mind)
    session.screen.line("a new conversation")


def _quit(session: Session, rest: str) -> None:
    raise Leaving


def _acting(action: Action) -> Command:
    def act(session: Session, rest: str) -> None:
        words = _words(rest, action.usage)
        names = [parameter.name for parameter in action.parameters]
        if len(words) > len(names):
            # The last one may be a text of several words.
            words[len(names) - 1 :] = [" ".join(words[len(names) - 1 :])]
        values = dict(zip(names, words, strict=False))
        session.play(session.chat.send(Request(action.name, values)))

    return Command(action.usage, action.what, act)


COMMANDS: dict[str, Command] = {
    "help": Command("/help", "this list", _help),
    **{action.name: _acting(action) for action in ACTIONS},
    "add": Command("/add FILE...", "show files to the model in each turn", _add),
    "drop": Command("/drop FILE...", "show them no longer", _drop),
    "files": Command("/files", "the files shown, and the drafts made", _files),
    "verify": Command(
        "/verify DESIGN... CHECK [--formal]", "check by a testbench, reference or cocotb", _verify
    ),
    "run": Command("/run DESIGN... TESTBENCH", "simulate, and show what it printed", _run),
    "lint": Command("/lint DESIGN...", "faults that need no simulation", _lint),
    "wave": Command(
        "/wave [FILE] [SIGNAL...] [FROM-TO]", "values of a waveform, by default the last one", _wave
    ),
    "schematic": Command("/schematic DESIGN... [FILE.svg]", "draw it", _schematic),
    "diff": Command("/diff", "what waits for approval, or was changed", _diff),
    "undo": Command("/undo", "take the last change of a file back", _undo),
    "save": Command("/save FILE", "the newest draft (.sv, ...) or the conversation (.md)", _save),
    "tokens": Command("/tokens", "what the conversation has cost", _tokens),
    "model": Command("/model [NAME]", "which model answers, or another one", _model),
    "resume": Command("/resume [ID]", "list conversations, or go on with one", _resume),
    "new": Command("/new", "begin a new conversation", _new),
    "quit": Command("/quit", "leave; conversations are kept", _quit),
}
