"""Fakes and real tools that the agents' tests share."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources

import pytest

from gatewright.core import ModelError, Problem, Source, TestbenchSpec, Usage
from gatewright.models import Completion, Message, Sampling
from gatewright.sandbox.isolation import Isolation, open_isolation

Answer = str | Exception | Callable[[Sequence[Message]], str]


@dataclass
class ScriptedModel:
    """Gives its answers in order; an exception among them is raised. Keeps what it was asked."""

    answers: list[Answer]
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    samplings: list[Sampling] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "scripted"

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.asked.append(tuple(messages))
        self.samplings.append(sampling)
        if not self.answers:
            raise ModelError("the script is over")
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        text = answer if isinstance(answer, str) else answer(messages)
        if on_text is not None:
            on_text(text)
        sent = sum(len(message.text) for message in messages) // 4
        return Completion(text, Usage(sent, len(text) // 4, 0.0, 0.001, 1))


@pytest.fixture(scope="session")
def isolation() -> Iterator[Isolation]:
    yield open_isolation()


class ChatServer(ThreadingHTTPServer):
    """An OpenAI-compatible server that gives its answers in order; an int is an HTTP status."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ChatHandler)
        self.answers: list[str | int] = []
        self.prompts: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _ChatHandler(BaseHTTPRequestHandler):
    server: ChatServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.prompts.append(body["messages"][-1]["content"])
        answer = self.server.answers.pop(0) if self.server.answers else 400
        if isinstance(answer, int):
            return self._send(answer, {"error": {"message": "the script says so"}})
        message = {"role": "assistant", "content": answer}
        return self._send(
            200,
            {
                "id": "x",
                "object": "chat.completion",
                "created": 0,
                "model": "scripted",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
            },
        )

    def _send(self, status: int, document: object) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def starter(name: str, top: str) -> Problem:
    """A problem of the bundled suite."""
    folder = resources.files("gatewright.datasets") / "starter" / name
    bench = Source("testbench.sv", (folder / "testbench.sv").read_text())
    return Problem(
        name,
        (folder / "spec.md").read_text(),
        top=top,
        harness=TestbenchSpec((bench,)),
        reference=(Source("reference.sv", (folder / "reference.sv").read_text()),),
    )
