"""The ready-made actions as far as tools alone carry them, and where they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatewright.agents.chat.actions import action_named
from gatewright.agents.chat.drafts import propose_draft
from gatewright.agents.chat.events import End, Verified
from gatewright.agents.chat.given import sources, whole_text
from gatewright.agents.chat.store import Draft
from gatewright.agents.chat.toolbox import Hands, run_by_hand
from gatewright.core import (
    DataError,
    GatewrightError,
    Interface,
    Oracle,
    Source,
    UsageError,
)

_HDL = (".v", ".sv", ".scala")


def act(hands: Hands, name: str, values: Mapping[str, str]) -> End:
    """Do what can be done of an action without a model. Raises UsageError for bad values."""
    action = action_named(name)
    given = action.checked(values)
    for each in _WORK[name].tools(given):
        ended = run_by_hand(hands, each.tool, each.arguments)
        if not ended.ok:
            hands.turn.say(f"{ended.summary}\n")
            return End.DONE
        if each.shown:
            hands.turn.say(f"{ended.result}\n")
    extra, end = _WORK[name].extra, End.DONE
    if extra is not None:
        end = extra(hands, given)
    if _WORK[name].end:
        hands.turn.told(_WORK[name].end)
    return end


@dataclass(frozen=True, slots=True)
class _Step:
    tool: str
    arguments: Mapping[str, object]
    shown: bool = True


@dataclass(frozen=True, slots=True)
class _Work:
    """Tools to run, something to do beside, and what is left to a model."""

    tools: Callable[[Mapping[str, str]], list[_Step]]
    end: str = ""
    extra: Callable[[Hands, Mapping[str, str]], End] | None = None


def _check_of(values: Mapping[str, str]) -> dict[str, object]:
    key = "cocotb" if values["check"].endswith(".py") else "testbench"
    return {"design": [values["design"]], key: [values["check"]]}


def _interfaces(hands: Hands, block: str) -> tuple[Interface, ...]:
    """The interfaces of a file's modules, or of a module by its name. Raises DataError."""
    from gatewright.sandbox.tools.slang import parse_interfaces

    if block.endswith(_HDL):
        read = sources(hands, [block])
        return parse_interfaces(read)
    found = hands.workbench.show(block).modules
    if not found:
        raise DataError("no such module", where=block)
    texts = [whole_text(hands, module.file) for module in found]
    read = tuple(Source(f"{i}.sv", text) for i, text in enumerate(texts))
    return tuple(each for each in parse_interfaces(read) if each.module == block)


def _document(hands: Hands, values: Mapping[str, str]) -> End:
    interfaces = _interfaces(hands, values["block"])
    if not interfaces:
        raise UsageError("no module could be read there", where=values["block"])
    hands.turn.say("\n".join(map(table_of, interfaces)))
    return End.DONE


def table_of(interface: Interface) -> str:
    """A module's ports as a table in Markdown, and what their names say of clock and reset."""
    from gatewright.agents.symbolic.roles import clock_port, reset_port

    rows = ["| port | direction | width |", "|---|---|---|"]
    rows += [f"| `{port.name}` | {port.direction} | {port.width} |" for port in interface.ports]
    clock, reset = clock_port(interface), reset_port(interface)
    named = [f"clock `{clock.name}`" if clock else "", f"reset `{reset.name}`" if reset else ""]
    told = ", ".join(each for each in named if each) or "no port is named like a clock or reset"
    return f"## `{interface.module}`\n\n" + "\n".join(rows) + f"\n\nBy their names: {told}.\n"


def _explain(hands: Hands, values: Mapping[str, str]) -> End:
    block = values["block"]
    names = [block]
    if block.endswith(_HDL):
        names = [interface.module for interface in _interfaces(hands, block)]
    for name in names or [block]:
        ended = run_by_hand(hands, "show", {"module": name})
        hands.turn.say(f"{ended.result if ended.ok else ended.summary}\n")
    return End.DONE


def _traced(hands: Hands, values: Mapping[str, str]) -> End:
    """The statements that decide the signal, where the design has it."""
    signal = values["signal"].rpartition(".")[2]
    interfaces = _interfaces(hands, values["design"]) if signal else ()
    for interface in interfaces:
        name = f"{interface.module}.{signal}"
        try:
            found = hands.workbench.cone(name)
        except GatewrightError:
            continue
        lines = [f"{place.file}:{place.line}: {place.text.strip()}" for place in found.places]
        hands.turn.say(f"What decides {name}, nearest first:\n" + "\n".join(lines[:30]) + "\n")
        break
    return End.DONE


def _testbench(hands: Hands, values: Mapping[str, str]) -> End:
    """The testbench that a structured specification itself gives; the design meets it."""
    from gatewright.agents import symbolic
    from gatewright.agents.chat.tools_write import keep_draft
    from gatewright.agents.naming import restated

    spec = values["spec"]
    if not spec:
        raise UsageError(
            "without a model a testbench comes from a structured specification",
            where="/testbench",
            hint="/testbench DESIGN SPEC, SPEC being a file or a text",
        )
    try:
        text = whole_text(hands, spec) if "\n" not in spec and len(spec) < 300 else spec
    except GatewrightError:
        text = spec
    reading = symbolic.read(restated(text))
    if not reading.complete:
        raise UsageError(f"the specification is not read: {reading.abstained}", where="/testbench")
    interfaces = _interfaces(hands, values["design"])
    top = interfaces[-1].module if interfaces else ""
    bench = symbolic.oracle_testbench(reading, top)
    if bench is None:
        raise UsageError("the specification gives nothing to check by", where="/testbench")
    made = Draft(f"{top or 'design'}_tb.sv", "\n".join(each.text for each in bench.testbench))
    given = [*sources(hands, [values["design"]])]
    found = hands.workbench.verify(
        given,
        testbench=[Source(made.name, made.text)],
        top=top,
        stop=hands.turn.stopping,
    )
    keep_draft(hands, made)
    against = "a testbench made from the specification's own tables"
    hands.turn.tell(
        Verified(found.verdict, "verify", Oracle.DERIVED, tuple(given), against, found.wave)
    )
    hands.turn.say(f"{found.text}\n")
    return propose_draft(hands, made, made.name)


def _needs(what: str) -> str:
    return f"{what} needs a model: name one (-m openai:NAME, ollama:NAME, or --base-url)"


def _unfixed(hands: Hands, values: Mapping[str, str]) -> End:
    found = hands.turn.standing
    passed = found is not None and found.verdict.passed
    hands.turn.told("there is nothing to mend" if passed else _needs("changing the design"))
    return End.DONE


_WORK: dict[str, _Work] = {
    "explain": _Work(lambda v: [], _needs("what it is for, in words,"), _explain),
    "comment": _Work(
        lambda v: [_Step("read_file", {"path": v["design"]}, shown=False)],
        _needs("writing comments"),
    ),
    "bug": _Work(
        lambda v: [
            _Step(
                "wave_window",
                {"wave": v["waveform"], "signals": [v["signal"]] if v["signal"] else []},
            )
        ],
        _needs("naming the line that is wrong"),
        _traced,
    ),
    "fix": _Work(lambda v: [_Step("verify", _check_of(v))], "", _unfixed),
    "testbench": _Work(lambda v: [], "", _testbench),
    "assertions": _Work(
        lambda v: [_Step("lint", {"design": [v["design"]]})], _needs("writing assertions")
    ),
    "port": _Work(
        lambda v: [_Step("lint", {"design": [v["design"]]})],
        _needs("writing it in another language"),
    ),
    "shrink": _Work(
        lambda v: [_Step("synth_stats", {"design": [v["design"]]})],
        _needs("finding what can go"),
    ),
    "document": _Work(
        lambda v: [], _needs("what the ports mean, beyond names and widths,"), _document
    ),
}
