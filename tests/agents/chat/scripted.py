"""An OpenAI-compatible server over real HTTP that plays a script: texts, calls of tools, faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Calls:
    """An answer that calls tools: pairs of a name and its arguments, as a dict or as raw text."""

    calls: tuple[tuple[str, dict[str, Any] | str], ...]
    text: str = ""


@dataclass(frozen=True)
class Broken:
    """An answer whose connection ends after these words."""

    text: str


@dataclass(frozen=True)
class Hanging:
    """An answer that begins so and never goes on."""

    text: str = ""


@dataclass(frozen=True)
class Status:
    """A refusal."""

    code: int
    message: str = "no"


Step = str | Calls | Broken | Hanging | Status | Callable[[dict[str, Any]], "Step"]


def call(name: str, /, **arguments: Any) -> Calls:
    """An answer that calls one tool."""
    return Calls(((name, arguments),))


@dataclass
class Script:
    """The server: plays `steps` one a request, and keeps the requests' bodies."""

    steps: list[Step] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        handler = type("Handler", (_Handler,), {"script": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._lock = threading.Lock()
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def sent(self) -> str:
        """Everything that was ever sent, as text."""
        return json.dumps(self.bodies)

    def messages(self, request: int = -1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.bodies[request]["messages"]
        return found

    def take(self, body: dict[str, Any]) -> Step:
        with self._lock:
            self.bodies.append(body)
            step = self.steps.pop(0) if self.steps else Status(400, "the script is over")
        while callable(step):
            step = step(body)
        return step

    def close(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        step = self.script.take(body)
        try:
            if isinstance(step, Status):
                self._refuse(step)
            elif body.get("stream"):
                self._stream(step)
            else:
                self._whole(step)
        except OSError:  # the client has given up, as it may
            self.close_connection = True

    def _refuse(self, step: Status) -> None:
        data = json.dumps({"error": {"message": step.message, "type": "e"}}).encode()
        self.send_response(step.code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _whole(self, step: Step) -> None:
        assert isinstance(step, str), "only texts are asked for without a stream"
        message = {"role": "assistant", "content": step}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        document = _chunk([choice], "chat.completion") | {"usage": _USAGE}
        data = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, step: Step) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        text = step if isinstance(step, str) else getattr(step, "text", "")
        for piece in text.splitlines(True):
            self._delta({"role": "assistant", "content": piece})
        if isinstance(step, Hanging):
            self.script.stopping.wait(60)
            return
        if isinstance(step, Broken):
            return
        calls = step.calls if isinstance(step, Calls) else ()
        for number, (name, arguments) in enumerate(calls):
            self._call(number, name, arguments)
        self._event(
            _chunk([{"index": 0, "delta": {}, "finish_reason": "tool_calls" if calls else "stop"}])
        )
        self._event(_chunk([]) | {"usage": _USAGE})
        self._event("[DONE]")

    def _call(self, number: int, name: str, arguments: dict[str, Any] | str) -> None:
        """In two pieces, as servers send them."""
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
        begun = {"index": number, "id": f"c{number}", "type": "function"}
        self._delta({"tool_calls": [begun | {"function": {"name": name, "arguments": raw[:9]}}]})
        rest = {"index": number, "function": {"arguments": raw[9:]}}
        self._delta({"tool_calls": [rest]})

    def _delta(self, delta: dict[str, Any]) -> None:
        self._event(_chunk([{"index": 0, "delta": delta, "finish_reason": None}]))

    def _event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()


_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def _chunk(choices: list[dict[str, Any]], kind: str = "chat.completion.chunk") -> dict[str, Any]:
    return {"id": "x", "created": 1, "model": "scripted", "object": kind, "choices": choices}
