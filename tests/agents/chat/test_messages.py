from __future__ import annotations

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from gatewright.agents.chat.messages import sendable, with_files


def calling(*ids: str) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": "t", "args": {}, "id": id} for id in ids])


def kinds(messages: list[BaseMessage]) -> list[tuple[str, str]]:
    return [(message.type, str(message.text)) for message in messages]


def test_every_call_has_its_result_right_after_it() -> None:
    messages = [
        HumanMessage("one"),
        calling("a", "b"),
        ToolMessage("result of b", tool_call_id="b"),
        HumanMessage("two"),
        ToolMessage("late result of a", tool_call_id="a"),
        ToolMessage("of nobody", tool_call_id="x"),
        calling("c"),
    ]
    lost = "no result is known: the turn ended before this call did"
    assert kinds(sendable(messages)) == [
        ("human", "one"),
        ("ai", ""),
        ("tool", "late result of a"),
        ("tool", "result of b"),
        ("human", "two"),
        ("ai", ""),
        ("tool", lost),
    ]


def test_a_change_that_nobody_decided_about_is_told_as_that() -> None:
    proposing = AIMessage("", tool_calls=[{"name": "write_file", "args": {}, "id": "a"}])
    (_, result) = sendable([proposing])
    assert result.text.startswith("not approved")


def test_what_does_not_fit_goes_from_the_beginning_by_turns() -> None:
    messages: list[BaseMessage] = []
    for number in range(10):
        messages += [
            HumanMessage(f"{number}" * 100),
            calling(str(number)),
            ToolMessage("r" * 100, tool_call_id=str(number)),
        ]
    sent = sendable(messages, most=700)
    assert sent[0].text.startswith("(The beginning")
    assert len(sent) == 10 and sent[1].text == "7" * 100
    assert sendable(messages, most=10_000) == messages
    # The last turn is sent, whatever its size.
    assert [m.type for m in sendable(messages, most=10)] == ["human", "human", "ai", "tool"]


def test_files_stand_before_what_was_said_last() -> None:
    messages = [HumanMessage("one"), AIMessage("1"), HumanMessage("two"), calling("a")]
    assert kinds(with_files(messages, "FILES"))[2] == ("human", "FILES")
    assert with_files(messages, "") == messages
