"""A server that speaks OpenAI's chat protocol over real HTTP and misbehaves on request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Step = Callable[["FakeHandler", dict[str, Any]], None]


class FakeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        page = self.fake.pages.get(self.path)
        self.send(200 if page is not None else 404, json.dumps(page))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        step = self.fake.take(body, {k.lower(): v for k, v in self.headers.items()})
        try:
            step(self, body)
        except OSError:  # the client has given up, as it should
            self.close_connection = True

    def send(self, status: int, text: str, kind: str = "application/json", **headers: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()


class FakeServer:
    """Plays its steps one a request; the last one for ever."""

    def __init__(self) -> None:
        handler = type("Handler", (FakeHandler,), {"fake": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._lock = threading.Lock()
        self._steps: list[Step] = [self.ok()]
        self.stopping = threading.Event()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.pages: dict[str, object] = {}
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        return f"{self.address}/v1"

    def play(self, *steps: Step) -> None:
        self._steps = list(steps)

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> Step:
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            return self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]

    def close(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def ok(
        self, text: str = "module m; endmodule", finish: str | None = "stop", usage: bool = True
    ) -> Step:
        counts = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        base = {"id": "x", "created": 1, "model": "fake"}

        def stream(handler: FakeHandler) -> None:
            handler.start_stream()
            chunk = base | {"object": "chat.completion.chunk"}
            for piece in text.splitlines(True):
                delta = {"role": "assistant", "content": piece}
                choice = {"index": 0, "delta": delta, "finish_reason": None}
                handler.event(chunk | {"choices": [choice]})
            if finish is None:
                return
            handler.event(chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
            if usage:
                handler.event(chunk | {"choices": [], "usage": counts})
            handler.event("[DONE]")

        def step(handler: FakeHandler, body: dict[str, Any]) -> None:
            if body.get("stream"):
                return stream(handler)
            message = {"role": "assistant", "content": text}
            choices = [{"index": 0, "message": message, "finish_reason": finish}]
            reply = base | {"object": "chat.completion", "choices": choices}
            return handler.send(200, json.dumps(reply | ({"usage": counts} if usage else {})))

        return step

    def status(
        self,
        code: int,
        message: str = "no",
        *,
        error_code: str = "",
        param: str = "",
        **headers: str,
    ) -> Step:
        error = {
            "message": message,
            "type": "e",
            "code": error_code or None,
            "param": param or None,
        }

        def step(handler: FakeHandler, body: dict[str, Any]) -> None:
            handler.send(code, json.dumps({"error": error}), **headers)

        return step

    def raw(self, text: str, kind: str = "application/json", code: int = 200) -> Step:
        return lambda handler, body: handler.send(code, text, kind)

    def hang(self) -> Step:
        return lambda handler, body: self._idle()

    def trickle(self, text: str, every_s: float = 0.05) -> Step:
        """One byte at a time, never finished; as the body, or as one endless event."""

        def step(handler: FakeHandler, body: dict[str, Any]) -> None:
            handler.start_stream()
            for byte in text.encode():
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                if self.stopping.wait(every_s):
                    return

        return step

    def hang_up(self) -> Step:
        def step(handler: FakeHandler, body: dict[str, Any]) -> None:
            handler.close_connection = True
            handler.connection.shutdown(2)

        return step

    def _idle(self) -> None:
        self.stopping.wait(30)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()


@pytest.fixture(autouse=True)
def no_real_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
