from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.agents.chat.events import (
    ApprovalWanted,
    Contract,
    Event,
    Question,
    Said,
    Told,
    ToolEnded,
    Unverified,
    Verified,
    Wrote,
)
from gatewright.agents.chat.plain_text import Hiding, ToolText, tool_text

from .conftest import Open, end, only, said
from .scripted import Script, Status

REFUSED = Status(400, "this model does not support tools")


def tool(name: str, before: str = "", **arguments: object) -> str:
    return f"{before}```tool\n{json.dumps({'name': name, 'arguments': arguments})}\n```\n"


def words(events: list[Event]) -> str:
    return "".join(event.text for event in only(events, Said))


def test_files_are_proposed_and_the_model_goes_on(
    opened: Open, folder: Path, script: Script
) -> None:
    before = (folder / "bad.sv").read_text()
    edit = [{"old": "module debounce (", "new": "module debounce2 ("}]
    chat = opened(
        REFUSED,
        tool("edit_file", "I rename it.\n", path="bad.sv", edits=edit),
        "Renamed; it is verified.",
        "It is called debounce2.",
    )
    first = said(chat, "rename it")
    assert end(first) == "approval" and (folder / "bad.sv").read_text() == before
    wanted = only(first, ApprovalWanted)[0]
    done = list(chat.decide(wanted.id, "approve"))
    assert only(done, Wrote) and "debounce2" in (folder / "bad.sv").read_text()
    assert only(done, Unverified)
    assert "approved and written: bad.sv" in script.messages()[-1]["content"]
    said(chat, "what is its name?")
    contents = [(m["role"], m["content"]) for m in script.messages()[1:]]
    assert contents[0] == ("user", "rename it")
    assert contents[1] == ("assistant", "I rename it.\n")
    assert contents[-1] == ("user", "what is its name?")
    assert [role for role, _ in contents] == ["user", "assistant"] * 2 + ["user"]


def test_contract_question_and_design(opened: Open) -> None:
    ports = [{"name": "a", "direction": "input"}, {"name": "y", "direction": "output"}]
    contract = {
        "module": "inv",
        "ports": ports,
        "clock": "none",
        "reset": "none",
        "latency": "combinational",
        "behaviour": "y is not a",
    }
    chat = opened(
        REFUSED,
        tool("ask_user", question="How wide?"),
        tool("generate", spec="- input a\n- output y\n\ny = ~a", module="inv"),
        tool("show_contract", **contract),
        tool("generate", spec="- input a\n- output y\n\ny = ~a", module="inv"),
        "It is verified.",
    )
    first = said(chat, "an inverter")
    assert only(first, Question)[0].text == "How wide?" and end(first) == "question"
    events = said(chat, "one bit")
    assert not only(events, ToolEnded)[0].ok  # no contract was shown yet
    assert only(events, Contract)[0].module == "inv"
    assert only(events, Verified)[0].verdict.passed and not only(events, Unverified)
    assert words(events) == "It is verified."


def test_mistakes_are_told_to_the_model(opened: Open, script: Script) -> None:
    chat = opened(
        REFUSED,
        "```tool\n{not json}\n```",
        tool("dance"),
        tool("undo"),
        tool("verify", design="good.sv"),
        tool("write_file", path="../x.sv", text="x"),
        "I give up.",
    )
    events = said(chat, "verify good.sv")
    assert end(events) == "done" and words(events) == "I give up."
    told = [m["content"] for m in script.messages() if m["content"].startswith("(result")]
    for result, expected in zip(
        told,
        ("no JSON", "no tool 'dance'", "no tool 'undo'", "valid list", "may not lead upwards"),
        strict=True,
    ):
        assert expected in result


def test_going_round_in_circles_ends(opened: Open) -> None:
    chat = opened(REFUSED, *[tool("list_files")] * 30)
    assert "asked for 25 tools" in end(said(chat, "look around"))


def test_recorded_answers_are_no_callers_of_tools(opened: Open, tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    rows = [{"response": tool("show", module="debounce")}, {"response": "Two of them."}]
    answers.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    chat = opened(model=f"replay:{answers}")
    events = said(chat, "what is in here?")
    assert only(events, ToolEnded)[0].ok and words(events) == "Two of them."
    assert not only(events, Told)


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_calls_are_hidden_however_they_arrive(size: int) -> None:
    text = 'Look:\n\n```verilog\nx\n```\nnow\n```tool\n{"name": "a"}\n```\nand more'
    heard: list[str] = []
    hiding = Hiding(heard.append)
    for start in range(0, len(text), size):
        hiding.tell(text[start : start + size])
    hiding.end()
    assert "".join(heard).rstrip() == "Look:\n\n```verilog\nx\n```\nnow"
    assert tool_text(text) == ToolText("a")


@pytest.mark.parametrize("size", [1, 4])
def test_nothing_else_is_hidden(size: int) -> None:
    text = "```to\nx\n``` and ``` to"
    heard: list[str] = []
    hiding = Hiding(heard.append)
    for start in range(0, len(text), size):
        hiding.tell(text[start : start + size])
    hiding.end()
    assert "".join(heard) == text and tool_text(text) is None


def test_line_breaks_in_texts_are_read() -> None:
    found = tool_text('```tool\n{"name": "draft", "arguments": {"text": "a\nb"}}\n```')
    assert found is not None and found.arguments == {"text": "a\nb"}


def test_thoughts_are_neither_said_nor_sent_back(opened: Open, script: Script) -> None:
    chat = opened(
        REFUSED,
        "<think>\nIt is verified.\n```tool\n{}\n```\n</think>\nLook:\n" + tool("list_files"),
        "Three.",
    )
    events = said(chat, "which files?")
    assert words(events).split() == ["Look:", "Three."] and not only(events, Unverified)
    assert "think" not in str(script.messages()[1:])
