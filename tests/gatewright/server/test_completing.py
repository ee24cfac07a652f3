"""What was suggested stays suggested while it is typed; a model completes where one is named."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from pathlib import Path

import openai
import pytest

from gatewright.agents.complete_prompt import Place
from gatewright.core import Interrupted, Usage
from gatewright.core.config import load_settings
from gatewright.server.access import Access
from gatewright.server.app import Serving, create_app
from gatewright.server.completing import Answer, Completing, Shown, WrittenLines, limit_of
from gatewright.server.filling import Filled, Wish
from gatewright.server.fim import Hole
from gatewright.server.opening import open_doors

from .running import TIMER, TOKEN, running, write_repository

ABOVE = "module m;\n"


def hole(typed: str) -> Hole:
    return Hole(ABOVE + typed, "\nendmodule\n")


def test_a_suggestion_shrinks_as_it_is_typed() -> None:
    shown = Shown()
    shown.keep(hole("  as"), Answer("sign y = a;\n  assign z = b;"))
    going = shown.goes_on(hole("  assign y"))
    assert going is not None
    assert going.text == " = a;\n  assign z = b;"


def test_another_text_is_another_question() -> None:
    shown = Shown()
    shown.keep(hole("  as"), Answer("sign y = a;"))
    for typed in ("  as", "  assign x", "  a", "", "  assign y = a;"):
        assert shown.goes_on(hole(typed)) is None, typed
    assert shown.goes_on(Hole("module n;\n  assign y")) is None


def test_a_suggestion_grows_old() -> None:
    now = [0.0]
    shown = Shown(lambda: now[0])
    shown.keep(hole("  as"), Answer("sign y = a;"))
    now[0] = 61.0
    assert shown.goes_on(hole("  assign")) is None


class _Helpers:
    """Says where every hole is, and fills none."""

    def __init__(self) -> None:
        self.asked: list[Wish] = []

    async def fill(self, wish: Wish) -> Filled:
        self.asked.append(wish)
        place = Place("m.sv", wish.hole.above, wish.hole.typed, wish.hole.after)
        return Filled("" if wish.only_locate else "sign y = a;", place)


def test_a_model_writes_where_one_is_named() -> None:
    asked: list[tuple[str, int, int]] = []

    def writer(place: Place, folder: int, lines: int, _: threading.Event) -> WrittenLines:
        asked.append((place.typed, folder, lines))
        return WrittenLines((f"{place.typed}sign y = b;",), Usage(prompt_tokens=7))

    helpers = _Helpers()
    completing = Completing(helpers, writer)  # type: ignore[arg-type]
    answer = asyncio.run(completing.answer(hole("  as"), limit_of(100, ())))
    assert (answer.text, answer.source) == ("sign y = b;", "model")
    assert answer.usage == Usage(prompt_tokens=7)
    assert helpers.asked[0].only_locate
    assert asked == [("  as", 0, 1)]
    # What was suggested is not paid for again.
    again = asyncio.run(completing.answer(hole("  assign y"), limit_of(100, ())))
    assert (again.text, again.usage, len(asked)) == (" = b;", None, 1)


def test_a_model_is_given_up_with_its_editor() -> None:
    begun, given_up = threading.Event(), threading.Event()

    def writer(place: Place, folder: int, lines: int, stop: threading.Event) -> WrittenLines:
        begun.set()
        if stop.wait(60):
            given_up.set()
        raise Interrupted("stopped")

    async def scene() -> None:
        completing = Completing(_Helpers(), writer)  # type: ignore[arg-type]
        asked = asyncio.ensure_future(completing.answer(hole("  as"), limit_of(100, ())))
        assert await asyncio.to_thread(begun.wait, 30)
        asked.cancel()
        await asyncio.wait({asked})
        assert given_up.is_set()

    asyncio.run(scene())


def test_one_line_is_asked_for_where_others_wait() -> None:
    helpers = _Helpers()
    completing = Completing(helpers)  # type: ignore[arg-type]
    asyncio.run(completing.answer(hole(""), limit_of(100, ()), hurried=True))
    asyncio.run(completing.answer(hole(" "), limit_of(100, ())))
    asyncio.run(completing.answer(hole("  x"), limit_of(100, ("\n",))))
    assert [wish.lines for wish in helpers.asked] == [1, 8, 1]


def test_the_model_that_is_named_completes_over_the_wire(tmp_path: Path) -> None:
    root = tmp_path / "chip"
    root.mkdir()
    write_repository(root)
    answers = ["```verilog\n  assign ticks = count;\n```", "It ends here:\n```\nendmodule\n```"]
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(json.dumps({"response": answer}) for answer in answers))
    named = {"model": f"replay:{file}", "cache_dir": tmp_path / "cache"}
    settings = load_settings(named, environ={})
    store = tmp_path / "chat.sqlite"
    opened = open_doors((root,), settings, store=store, complete_with_model=True)
    app = create_app(Serving(Access(TOKEN), (root,), tmp_path / "cache"), opened.doors)
    with contextlib.closing(opened), running(app, opened.end) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key=TOKEN, max_retries=0)
        above = TIMER[: TIMER.index("  assign ticks")]
        ask = client.completions.create
        typed = ask(model="gatewright/complete", prompt=f"{above}  ass", suffix="\nendmodule\n")
        assert typed.choices[0].text == "ign ticks = count;"
        assert typed.usage is not None
        line = ask(model="gatewright/complete", prompt=f"{above}  assign ticks = count;\n")
        assert line.choices[0].text == "endmodule"
        # Its file is used up: that is the model's failure, and told as one.
        with pytest.raises(openai.InternalServerError, match="no recorded answer"):
            ask(model="gatewright/complete", prompt=f"{above}  logic other;\n")
