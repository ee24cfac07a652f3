from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gatewright.agents.chat.conversation import Chat
from gatewright.agents.chat.events import Asked, Said, Told, TurnFailed
from gatewright.agents.chat.store import Draft, State, Store
from gatewright.core import DataError, UsageError

from .conftest import Open, end, said
from .scripted import Script


def test_what_is_appended_is_there_for_the_next(tmp_path: Path) -> None:
    first, second = Store(tmp_path / "a" / "s.sqlite"), Store(tmp_path / "a" / "s.sqlite")
    id = first.create()
    assert second.conversations() == ()
    number = first.append(id, Asked("hello"), "hello")
    assert second.append(id, Said("hi")) > number
    assert [kept.event for kept in first.events(id)] == [Asked("hello"), Said("hi")]
    assert [kept.event for kept in first.events(id, after=number)] == [Said("hi")]
    summary = second.conversations()[0]
    assert (summary.id, summary.title, summary.turns) == (id, "hello", 1)
    first.keep_state(id, State(files=("a.sv",)).with_draft(Draft("b.sv", "x")))
    assert second.state(id).draft("b.sv") == Draft("b.sv", "x")
    assert second.state("other") == State()
    first.close()
    second.close()


def test_ids_are_found_by_their_beginning(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    with pytest.raises(UsageError, match="no conversation 'last'"):
        store.find("last")
    for id in ("abc1", "abd2"):
        store.append(id, Asked("x"), "x")
    assert store.find("abc") == "abc1" and store.find("last") == "abd2"
    with pytest.raises(UsageError, match="several conversations begin with 'ab'"):
        store.find("ab")
    store.close()


def test_others_may_not_read_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    assert (tmp_path / "s.sqlite").stat().st_mode & 0o077 == 0
    store.close()


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(DataError, match="cannot keep conversations"):
        Store(tmp_path / "s.sqlite")
    with pytest.raises(DataError, match="cannot keep conversations"):
        Store(tmp_path / "s.sqlite" / "below")


def test_an_event_of_another_version_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.append("a", Said("x"), "x")
    store._connection.execute("""UPDATE events SET event = '{"kind": "future"}'""")
    with pytest.raises(DataError, match="written by another version"):
        store.events("a")
    store.close()


def test_threads_write_all_that_they_write(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")

    def write(name: str) -> None:
        for number in range(20):
            store.append("a", Told(f"{name}{number}"), "x")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.events("a")) == 80
    store.close()


_KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from gatewright.agents.chat.conversation import Chat
from gatewright.agents.chat.mind import open_mind
from gatewright.agents.chat.store import Store
from gatewright.agents.workbench import Workbench
from gatewright.core.config import load_settings
settings = load_settings({{"model": "openai:scripted", "base_url": {url!r}, "retries": 0}})
mind = open_mind(settings)
bench = Workbench([Path({folder!r})], mind.model, settings=settings)
chat = Chat(Store(Path({store!r})), bench, mind)
events = chat.send("the first")
for event in events:
    pass
events = chat.send("the second, of a life cut short")
print(chat.id, flush=True)
for event in events:
    print(type(event).__name__, flush=True)
"""


def test_a_killed_program_loses_nothing_that_was_accepted(
    opened: Open, script: Script, tmp_path: Path, folder: Path
) -> None:
    from .scripted import Hanging

    script.steps = ["one", Hanging("two\n")]
    code = _KILLED.format(
        tests=str(Path(__file__).parent),
        url=script.url,
        folder=str(folder),
        store=str(tmp_path / "chat.sqlite"),
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        id = run.stdout.readline().strip()
        while run.stdout.readline().strip() != "Said":
            pass
        os.kill(run.pid, signal.SIGKILL)
    chat = opened("three", id=id)
    history = chat.history()
    asked = [event.text for event in history if isinstance(event, Asked)]
    assert asked == ["the first", "the second, of a life cut short"]
    assert isinstance(history[-1], TurnFailed) and "what you said is kept" in history[-1].message
    assert end(said(chat, "go on")) == "done"
    sent = [message["content"] for message in script.messages()[1:]]
    assert sent == ["the first", "one", "the second, of a life cut short", "go on"]


def test_two_doors_do_not_answer_at_once(opened: Open, tmp_path: Path) -> None:
    chat = opened("one", "two")
    said(chat, "hello")
    store = Store(tmp_path / "chat.sqlite")
    born = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    store._connection.execute("INSERT INTO turns VALUES (?, 1, ?)", (chat.id, born))
    with pytest.raises(UsageError, match="answered by process 1"):
        chat.send("again")
    # A conversation that runs elsewhere is not mended here.
    other = Chat(store, chat.workbench, chat.mind, chat.id)
    assert not isinstance(other.history()[-1], TurnFailed)
    # Another process that was given the number of one that is gone answers nothing.
    store._connection.execute("UPDATE turns SET born = '1'")
    assert not store.runs(chat.id)
    assert end(said(chat, "again")) == "done"
    store.close()


def test_texts_that_are_too_long_or_empty_are_refused(opened: Open) -> None:
    chat = opened()
    with pytest.raises(UsageError, match="1,048,576 characters are more than"):
        chat.send("x" * (1 << 20))
    with pytest.raises(UsageError, match="nothing was said"):
        chat.send(" \n ")
    assert chat.history() == () and not chat.busy
