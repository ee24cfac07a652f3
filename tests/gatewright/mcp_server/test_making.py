"""The tools and prompts, asked by the official package's client in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent

from gatewright.agents.chat.actions import ACTIONS
from gatewright.agents.workbench import Workbench
from gatewright.mcp_server.making import make_server

from .designs import TABLE, WRONG

SAME = {"design": "adder.sv", "reference": "adder.sv"}
BROKEN = {"name": "a.sv", "text": "module a(input x; endmodule"}
Ask = Callable[[Client], Awaitable[Any]]


def asked(bench: Workbench, ask: Ask) -> Any:
    async def connected() -> Any:
        async with Client(make_server(bench)) as client:
            return await ask(client)

    return anyio.run(connected)


def called(bench: Workbench, tool: str, **arguments: object) -> CallToolResult:
    answer = asked(bench, lambda client: client.call_tool(tool, arguments))
    assert isinstance(answer, CallToolResult)
    return answer


def text(answer: CallToolResult) -> str:
    (block,) = answer.content
    assert isinstance(block, TextContent)
    return block.text


def values(answer: CallToolResult) -> dict[str, Any]:
    assert not answer.is_error, text(answer)
    assert answer.structured_content is not None
    return answer.structured_content


def test_the_tools_are_there_with_schemas_both_ways(bench: Workbench) -> None:
    tools = {t.name: t for t in asked(bench, lambda client: client.list_tools()).tools}
    assert set(tools) == {
        "verify",
        "equivalence",
        "search",
        "drivers",
        "cone",
        "context",
        "complete",
        "wave_window",
        "synth_stats",
        "generate",
    }
    for tool in tools.values():
        assert tool.description and tool.title
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None and tool.output_schema["type"] == "object"
        assert tool.annotations is not None and tool.annotations.read_only_hint
        assert len(json.dumps(tool.input_schema)) < 3000


def test_a_verdict_comes_in_words_and_values(bench: Workbench) -> None:
    assert values(called(bench, "verify", design="adder.sv", reference="adder.sv"))["passed"]
    answer = called(bench, "verify", design=[WRONG], reference=["adder.sv"], seed=1)
    found = values(answer)
    assert found["outcome"] == "fail" and found["failure_class"] == "mismatch"
    assert found["first_mismatch"]["signals"] == ["s"]
    assert text(answer).startswith("FAIL (mismatch)")
    assert found["wave"] in text(answer)


def test_a_waveform_is_looked_into(bench: Workbench) -> None:
    async def both(client: Client) -> CallToolResult:
        failed = await client.call_tool("verify", {"design": [WRONG], "reference": "adder.sv"})
        assert failed.structured_content is not None
        wave = failed.structured_content["wave"]
        return await client.call_tool("wave_window", {"wave": wave, "signals": ["s"]})

    seen = asked(bench, both)
    assert values(seen)["signals"][0]["width"] == 5
    assert "time" in text(seen)


def test_equivalence_is_proved(bench: Workbench) -> None:
    assert values(called(bench, "equivalence", design="adder.sv", reference="adder.sv"))["passed"]
    refuted = called(bench, "equivalence", design=[WRONG], reference="adder.sv")
    assert values(refuted)["failure_class"] == "nonequivalent"


def test_the_repository_answers(bench: Workbench) -> None:
    found = called(bench, "search", query="count enabled cycles", level="module")
    assert values(found)["hits"][0]["name"] == "counter"
    assert "counter.sv:2-6  module counter" in text(found)
    driven = called(bench, "drivers", signal="counter.q")
    assert values(driven)["places"][0]["clock"] == "clk"
    assert "if (rst) q <= 0;  when rst  @clk" in text(driven)
    read = called(bench, "drivers", signal="counter.en", direction="loads")
    assert values(read)["places"][0]["role"]
    assert "counter.sv:5" in text(called(bench, "cone", signal="counter.q"))
    assert "module counter" in text(called(bench, "context", path="counter.sv", line=4))


def test_code_is_completed(bench: Workbench) -> None:
    open_text = "module t;\n  adder u_adder(\n"
    found = called(bench, "complete", path="t.sv", line=3, text=open_text, ports=True)
    assert [line.strip() for line in values(found)["lines"]] == [".a(a),", ".b(b),", ".s(s)"]


def test_statistics_are_told(bench: Workbench) -> None:
    answer = called(bench, "synth_stats", design="counter.sv")
    assert values(answer)["registers"] == 8
    assert text(answer).startswith("counter: ")


def test_a_module_is_generated_with_progress(bench: Workbench) -> None:
    heard: list[str] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    answer = asked(
        bench,
        lambda client: client.call_tool("generate", {"spec": TABLE}, progress_callback=told),
    )
    assert values(answer)["verified"] and values(answer)["oracle"] == "derived"
    assert "module and2" in text(answer) and "verified (oracle derived" in text(answer)
    assert "round 1: pass" in heard


def test_nothing_is_written(bench: Workbench, repo: Path) -> None:
    before = sorted(repo.rglob("*"))
    called(bench, "generate", spec=TABLE)
    called(bench, "verify", design=[WRONG], reference="adder.sv")
    assert sorted(repo.rglob("*")) == before


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("verify", {"desing": ["a.sv"]}, "design: Field required; desing: Extra inputs"),
        ("verify", {"design": 7}, "design: Input should be a valid list"),
        ("verify", {"design": "adder.sv"}, "give a testbench, a reference or cocotb tests"),
        ("verify", {"design": "../x.sv", "reference": "a.sv"}, "may not lead upwards"),
        ("verify", {"design": "/etc/passwd", "reference": "a.sv"}, "outside of the folders"),
        ("verify", {"design": "nope.sv", "reference": "adder.sv"}, "nope.sv: no such file"),
        (
            "verify",
            {"design": "adder.sv", "reference": "adder.sv", "top": "x"},
            "it defines: adder",
        ),
        (
            "verify",
            {"design": [{"name": "../a", "text": "x"}], "reference": "adder.sv"},
            "file name",
        ),
        ("verify", {"design": "adder.sv", "reference": "adder.sv", "time_limit_s": 1e9}, "3600"),
        ("search", {"query": ""}, "at least 1 character"),
        ("search", {"query": "x", "level": "gate"}, "'module', 'block' or 'signal'"),
        ("search", {"query": "x", "count": "many"}, "valid integer"),
        ("drivers", {"signal": "counter.qq"}, "qq"),
        ("drivers", {"signal": "nope.q"}, "no module"),
        ("cone", {"signal": "counter.q", "depth": 0}, "greater than or equal to 1"),
        ("context", {"path": "counter.sv", "line": 99}, "line"),
        ("wave_window", {"wave": "wave9"}, "check again"),
        (
            "synth_stats",
            {"design": [{"name": "a.sv", "text": "module a(input x; endmodule"}]},
            "a.sv",
        ),
        ("generate", {"spec": "x", "language": "cobol"}, "systemverilog"),
        ("generate", {"spec": ""}, "at least 1 character"),
    ],
)
def test_what_is_wrong_is_told_so_that_it_can_be_mended(
    bench: Workbench, tool: str, arguments: dict[str, object], said: str
) -> None:
    answer = called(bench, tool, **arguments)
    assert answer.is_error
    assert said in text(answer)
    assert "Traceback" not in text(answer) and "pydantic" not in text(answer)


def test_failures_tell_their_kind(bench: Workbench) -> None:
    async def failing(client: Client) -> list[CallToolResult]:
        calls = (("verify", {"design": "adder.sv"}), ("synth_stats", {"design": BROKEN}))
        return [await client.call_tool(tool, given) for tool, given in calls]

    answers = asked(bench, failing)
    assert all(answer.is_error and text(answer) for answer in answers)
    assert [(answer.meta or {}).get("code") for answer in answers] == ["usage_error", "data_error"]


def test_an_unknown_tool_is_told(bench: Workbench) -> None:
    answer = called(bench, "format_disk")
    assert answer.is_error and "format_disk" in text(answer)


def test_keys_are_in_no_answer(bench: Workbench, repo: Path, monkeypatch: Any) -> None:
    key = "sk-0123456789abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    (repo / "leak.sv").write_text(
        f"module leak(input a, output y); assign y = a; // {key}\nendmodule\n"
    )
    with Workbench([repo], settings=bench.settings) as careful:
        for tool, arguments in (
            ("context", {"path": "leak.sv", "line": 1}),
            ("drivers", {"signal": "leak.y"}),
            ("verify", {"design": "leak.sv", "reference": "leak.sv"}),
            ("search", {"query": key}),
        ):
            answer = called(careful, tool, **arguments)
            assert key not in text(answer) + json.dumps(answer.structured_content)


def test_every_action_is_a_prompt(bench: Workbench) -> None:
    found = asked(bench, lambda client: client.list_prompts()).prompts
    assert [prompt.name for prompt in found] == [action.name for action in ACTIONS]
    asks = {"design": "adder.sv", "check": "tb.sv"}
    answer = asked(bench, lambda client: client.get_prompt("fix", asks))
    assert "Make `adder.sv` pass its check `tb.sv`" in answer.messages[0].content.text


@pytest.mark.parametrize(
    ("prompt", "arguments", "said"),
    [
        ("fix", {"design": "a.sv"}, "wants the testbench"),
        ("port", {"design": "a.sv", "language": "cobol"}, "chisel, verilog, systemverilog"),
        ("explain", {"block": "a", "mood": "good"}, "takes no 'mood'"),
        ("nope", {}, "there is: explain"),
    ],
)
def test_wrong_prompts_are_told(
    bench: Workbench, prompt: str, arguments: dict[str, str], said: str
) -> None:
    async def refused(client: Client) -> MCPError:
        with pytest.raises(MCPError) as told:
            await client.get_prompt(prompt, arguments)
        return told.value

    error = asked(bench, refused)
    assert said in error.message and error.code == -32602


def test_a_cancelled_run_is_stopped(bench: Workbench, monkeypatch: Any) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def slow(spec: str, *, stop: threading.Event, **_: object) -> None:
        begun.set()
        if stop.wait(20):
            stopped.set()

    monkeypatch.setattr(bench, "generate", slow)

    async def cancelled() -> None:
        async with Client(make_server(bench), mode="legacy") as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "generate", {"spec": "x"})
                await anyio.to_thread.run_sync(begun.wait, 20)
                group.cancel_scope.cancel()
            with anyio.fail_after(20):
                await anyio.to_thread.run_sync(stopped.wait, 20)
            assert stopped.is_set()
            await client.list_tools()  # the connection is as good as before

    anyio.run(cancelled)


def test_a_cancelled_check_is_killed(bench: Workbench) -> None:
    endless = "module tb; reg c = 0; always #1 c = !c; adder d(4'd1, 4'd2, ); endmodule"
    check = {"design": "adder.sv", "testbench": {"name": "tb.sv", "text": endless}}

    async def cancelled() -> None:
        async with Client(make_server(bench), mode="legacy") as client:
            for _ in range(3):  # each of them may take 60 CPU seconds
                with anyio.move_on_after(0.5) as left:
                    await client.call_tool("verify", check)
                assert left.cancelled_caught
            with anyio.fail_after(30):
                same = await client.call_tool("equivalence", SAME)
            assert values(same)["passed"]

    anyio.run(cancelled)


def test_a_seed_that_no_tool_takes_is_refused_by_the_schema(bench: Workbench) -> None:
    async def refused(client: Client) -> tuple[dict[str, Any], CallToolResult]:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        return tools["verify"].input_schema, await client.call_tool(
            "verify", {"design": "adder.sv", "reference": "adder.sv", "seed": 1 << 63}
        )

    schema, answer = asked(bench, refused)
    (number, _) = schema["properties"]["seed"]["anyOf"]
    assert (number["minimum"], number["exclusiveMaximum"]) == (0, 1 << 63)
    assert answer.is_error and "wrong arguments of verify: seed" in text(answer)


def test_several_calls_run_beside_each_other(bench: Workbench) -> None:
    async def many(client: Client) -> list[bool]:
        passed: list[bool] = []

        async def one() -> None:
            answer = await client.call_tool(
                "verify", {"design": "adder.sv", "reference": "adder.sv"}
            )
            passed.append(values(answer)["passed"])

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(one)
        return passed

    assert asked(bench, many) == [True] * 4


def test_questions_do_not_wait_behind_checks(bench: Workbench, monkeypatch: Any) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(bench, "equivalence", lambda *_, **__: go_on.wait(60))

    async def asked_beside(client: Client) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(client.call_tool, "equivalence", SAME)
            with anyio.fail_after(30):
                found = await client.call_tool("drivers", {"signal": "counter.q"})
            go_on.set()
            group.cancel_scope.cancel()
        assert values(found)["places"]

    asked(bench, asked_beside)


def test_without_a_folder_texts_are_checked(tmp_path: Path) -> None:
    with Workbench() as bench:
        adder = {"name": "a.sv", "text": "module a(input x, output y); assign y = x; endmodule"}
        assert values(called(bench, "verify", design=[adder], reference=[adder]))["passed"]
        answer = called(bench, "search", query="adder")
        assert answer.is_error and "no folder is open" in text(answer)
