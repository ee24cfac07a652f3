"""Conversations of the page: they go on without it, and it finds them again."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from gatewright.agents.chat.mind import Manner, open_mind
from gatewright.agents.chat.store import Store
from gatewright.agents.workbench import Workbench
from gatewright.core import Usage, UsageError
from gatewright.core.config import load_settings
from gatewright.models import Completion, Message, Sampling
from gatewright.server.fairness import TooManyWaiting
from gatewright.server.talks import MOST_RUNNING, Talk, Talks, Told

from .running import Server

MAJORITY = "a module named maj with inputs a, b, c and output y, y = a b + a c + b c"


@pytest.fixture
def page(desk: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=desk.address, headers=desk.headers, timeout=60) as client:
        yield client


def events(page: httpx.Client, id: str, seen: str = "") -> list[tuple[str, dict[str, Any]]]:
    """What is told up to the end of a turn, with the numbers."""
    found, number = [], ""
    headers = {"Last-Event-ID": seen} if seen else {}
    with page.stream("GET", f"/api/talks/{id}/events", headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                number = line[4:]
            if line.startswith("data: "):
                event = json.loads(line[6:])
                found.append((number, event))
                if event["kind"] in ("turn_ended", "turn_failed"):
                    return found
    raise AssertionError("the stream ended before the turn")


def begin(page: httpx.Client, text: str) -> str:
    answer = page.post("/api/talks", json={"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_from_a_specification_to_a_file(page: httpx.Client, desk: Server) -> None:
    id = begin(page, MAJORITY)
    told = events(page, id)
    kinds = [event["kind"] for _, event in told]
    assert kinds[:2] == ["beginning", "asked"]
    assert kinds.index("contract") < kinds.index("verified") < kinds.index("approval")
    verdict = next(event for _, event in told if event["kind"] == "verified")
    assert verdict["verdict"]["outcome"] == "pass"
    wanted = next(event for _, event in told if event["kind"] == "approval")
    file = desk.root / wanted["path"]
    assert not file.exists()
    decided = {"approval": wanted["id"], "decision": "approve"}
    assert page.post(f"/api/talks/{id}/decide", json=decided).status_code == 202
    after = events(page, id, told[-1][0])
    assert "wrote" in [event["kind"] for _, event in after]
    assert file.read_text().startswith("module maj")
    # Whoever comes later sees all of it; decided once is decided.
    again = page.post(f"/api/talks/{id}/decide", json=decided)
    assert again.status_code == 400
    file.unlink()


def test_a_page_that_reloads_misses_nothing_and_sees_nothing_twice(page: httpx.Client) -> None:
    id = begin(page, MAJORITY)
    whole = events(page, id)
    middle = whole[3][0]
    rest = events(page, id, middle)
    assert rest == whole[4:]
    # One that saw another server's numbers begins anew.
    assert events(page, id, "abcd-3")[0][1]["kind"] == "beginning"


def test_two_tabs_see_the_same(page: httpx.Client) -> None:
    id = begin(page, MAJORITY)
    seen: list[list[str]] = []

    def watch() -> None:
        seen.append([event["kind"] for _, event in events(page, id)])

    tabs = [threading.Thread(target=watch) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(60)
    assert len(seen) == 2
    assert seen[0][-1] == seen[1][-1] == "turn_ended"
    assert set(seen[0]) == set(seen[1])


def test_bad_requests_are_told(page: httpx.Client) -> None:
    assert page.post("/api/talks", json={"text": "  "}).status_code == 400
    large = page.post("/api/talks", json={"text": "x" * 1_000_000})
    assert large.status_code == 400
    assert "200,000" in large.json()["error"]["message"]
    assert page.post("/api/talks", json={"action": "nonsense"}).status_code == 400
    for id in ("ffffffffffff", "..%2F..", "a'b"):
        assert page.post(f"/api/talks/{id}/send", json={"text": "x"}).status_code in (400, 404)
        assert page.get(f"/api/talks/{id}/events").status_code in (400, 404)


def test_a_conversation_outlives_the_server(tmp_path: Path) -> None:
    settings = load_settings({"model": "symbolic", "cache_dir": tmp_path / "c"}, environ={})
    folder = tmp_path / "repo"
    folder.mkdir()

    async def scene(id: str) -> tuple[str, list[str]]:
        with closing(Store(tmp_path / "chat.sqlite")) as store, Workbench((folder,)) as bench:
            talks = Talks(store, bench, open_mind(settings))
            talk = await (talks.at(id) if id else talks.new())
            if not id:
                await talks.send(talk, MAJORITY)
            kinds = []
            async for told in talk.follow(0):
                kinds.append(str(told.event["kind"]))
                if kinds[-1] == "turn_ended":
                    break
            await talks.close()
            return talk.chat.id, kinds

    id, first = asyncio.run(scene(""))
    same, again = asyncio.run(scene(id))
    assert same == id
    assert again[-1] == "turn_ended"
    assert "verified" in again
    assert "approval" in again
    assert set(again) == set(first)


def test_an_id_is_no_path(tmp_path: Path) -> None:
    settings = load_settings({"model": "symbolic", "cache_dir": tmp_path / "c"}, environ={})

    async def scene() -> None:
        with closing(Store(tmp_path / "chat.sqlite")) as store, Workbench((tmp_path,)) as bench:
            talks = Talks(store, bench, open_mind(settings))
            for id in ("", "../x", "last'"):
                with pytest.raises(UsageError):
                    await talks.at(id)

    asyncio.run(scene())


class _Slow:
    """A model that takes its time, until it is told to go on."""

    name = "slow"

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.asked = threading.Event()

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.asked.set()
        if on_text is not None:
            on_text("First half, ")
        self.go_on.wait(30)
        if on_text is not None:
            on_text("second half.")
        return Completion("First half, second half.", Usage())


@contextmanager
def slowly(folder: Path) -> Iterator[tuple[Talks, _Slow]]:
    settings = load_settings({"model": "symbolic", "cache_dir": folder / "c"}, environ={})
    model = _Slow()
    mind = replace(open_mind(settings), manner=Manner.PLAIN, model=model)
    with closing(Store(folder / "chat.sqlite")) as store, Workbench((folder,)) as bench:
        yield Talks(store, bench, mind), model


async def up_to(talk: Talk, after: int, kind: str) -> list[Told]:
    found = []
    async for told in talk.follow(after):
        found.append(told)
        if told.event["kind"] == kind:
            return found
    return found


def test_a_run_goes_on_while_nobody_watches(tmp_path: Path) -> None:
    async def scene(talks: Talks, model: _Slow) -> None:
        talk = await talks.new()
        await talks.send(talk, "talk slowly")
        seen = await asyncio.wait_for(up_to(talk, 0, "said"), 30)
        # The page is closed here; its server goes on, and a second one finds the same run.
        assert (await talks.at(talk.chat.id)) is talk
        with pytest.raises(UsageError, match="still running"):
            await talks.send(talk, "and another")
        model.go_on.set()
        while talk.busy:
            await asyncio.sleep(0.02)
        rest = await asyncio.wait_for(up_to(talk, seen[-1].number + 1, "turn_ended"), 30)
        said = [told.event["text"] for told in [*seen, *rest] if told.event["kind"] == "said"]
        assert "".join(said) == "First half, second half."
        # Read anew from the disk it is the same.
        later = await talks.at(talk.chat.id)
        whole = await asyncio.wait_for(up_to(later, 0, "turn_ended"), 30)
        assert "".join(t.event["text"] for t in whole if t.event["kind"] == "said") == "".join(said)
        await talks.close()

    with slowly(tmp_path) as (talks, model):
        asyncio.run(scene(talks, model))


def test_a_run_is_stopped(tmp_path: Path) -> None:
    async def scene(talks: Talks, model: _Slow) -> None:
        talk = await talks.new()
        await talks.send(talk, "talk slowly")
        await asyncio.wait_for(up_to(talk, 0, "said"), 30)
        talk.chat.stop()
        told = await asyncio.wait_for(up_to(talk, 0, "turn_ended"), 30)
        assert told[-1].event["reason"] == "stopped"
        model.go_on.set()
        await talks.close()

    with slowly(tmp_path) as (talks, model):
        asyncio.run(scene(talks, model))


def test_too_many_runs_at_once_are_refused(tmp_path: Path) -> None:
    async def scene(talks: Talks, model: _Slow) -> None:
        for _ in range(MOST_RUNNING):
            await talks.send(await talks.new(), "talk slowly")
        with pytest.raises(TooManyWaiting):
            await talks.send(await talks.new(), "one more")
        model.go_on.set()
        await talks.close()

    with slowly(tmp_path) as (talks, model):
        asyncio.run(scene(talks, model))


def test_runs_that_begin_together_are_counted(tmp_path: Path) -> None:
    async def scene(talks: Talks, model: _Slow) -> None:
        new = [await talks.new() for _ in range(MOST_RUNNING + 4)]
        sent = [talks.send(talk, "talk slowly") for talk in new]
        told = await asyncio.gather(*sent, return_exceptions=True)
        assert sum(isinstance(each, TooManyWaiting) for each in told) == 4
        model.go_on.set()
        await talks.close()

    with slowly(tmp_path) as (talks, model):
        asyncio.run(scene(talks, model))
