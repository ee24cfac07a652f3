"""The functions as coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import gatewright as gw
from gatewright.agents.workbench import Workbench
from gatewright.models import Completion, Message, Sampling

BUFFER = gw.Source("p.sv", "module pass(input a, output y);\n  assign y = a;\nendmodule\n")
SPEC = "Write a module `pass` with input a and output y, both one bit; y equals a."


def test_checks_run_beside_each_other() -> None:
    async def several() -> list[bool]:
        checks = [gw.aio.verify(BUFFER, reference=BUFFER) for _ in range(3)]
        return [verdict.passed for verdict in await asyncio.gather(*checks)]

    assert asyncio.run(several()) == [True, True, True]


def test_errors_come_through() -> None:
    with pytest.raises(gw.UsageError, match="nothing to check"):
        asyncio.run(gw.aio.verify(BUFFER))


def test_a_cancelled_check_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    original = Workbench.verify

    def watched(*args: Any, **kwargs: Any) -> object:
        try:
            return original(*args, **kwargs)
        finally:
            ended.set()

    monkeypatch.setattr(Workbench, "verify", watched)
    endless = gw.Source("tb.sv", "module tb; reg c = 0; always #1 c = !c; pass d(c, ); endmodule")

    async def cancelled() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(gw.aio.verify(BUFFER, testbench=endless), 0.7)
        assert await asyncio.to_thread(ended.wait, 30)  # of the 60 CPU seconds that it may take

    asyncio.run(cancelled())


def test_a_cancelled_run_is_stopped_in_the_middle_of_an_answer() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    reasons: list[str] = []

    class Model:
        name = "slow"

        def complete(
            self,
            messages: Sequence[Message],
            sampling: Sampling,
            on_text: Callable[[str], None] | None = None,
        ) -> Completion:
            assert on_text is not None
            begun.set()
            go_on.wait(60)
            try:
                on_text("module")
            except BaseException as error:
                reasons.append(type(error).__name__)
                raise
            finally:
                ended.set()
            return Completion(f"```verilog\n{BUFFER.text}```")

    async def cancelled() -> None:
        run = asyncio.create_task(gw.aio.generate(SPEC, model=Model()))
        await asyncio.to_thread(begun.wait, 60)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        go_on.set()

    asyncio.run(cancelled())
    assert ended.wait(60) and reasons == ["Stopped"]
