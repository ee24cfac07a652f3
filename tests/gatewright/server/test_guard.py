"""What is turned away before anything of it is used."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import APIRouter, Request

from gatewright.server.access import Access
from gatewright.server.app import Doors, Serving, create_app

from .running import TOKEN, Server, running

BODY = {"prompt": "module m;\n"}


def test_health_needs_no_token(server: Server) -> None:
    assert httpx.get(f"{server.address}/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/v1/models", "/v1/completions", "/infill", "/api/state", "/x"])
def test_everything_else_does(server: Server, path: str) -> None:
    answer = httpx.post(server.address + path, json=BODY)
    assert answer.status_code == 401
    assert "Bearer" in answer.json()["error"]["message"]
    wrong = httpx.get(server.address + path, headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401


def test_another_name_for_us_is_refused_even_with_the_token(server: Server) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:80"):
        answer = httpx.get(f"{server.address}/v1/models", headers=server.headers | {"Host": host})
        assert answer.status_code == 421


def test_a_page_of_another_origin_is_refused_even_with_the_token(server: Server) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        answer = httpx.post(
            f"{server.address}/v1/completions",
            json=BODY,
            headers=server.headers | {"Origin": origin},
        )
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    own = httpx.get(
        f"{server.address}/v1/models", headers=server.headers | {"Origin": server.address}
    )
    assert own.status_code == 200


def test_the_page_shows_the_token_once_and_has_a_cookie_then(server: Server) -> None:
    with httpx.Client(base_url=server.address) as client:
        assert client.post("/session", json={"token": "wrong"}).status_code == 401
        signed = client.post("/session", json={"token": server.token})
        assert signed.status_code == 204
        cookie = signed.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert client.get("/v1/models").status_code == 200
        # Another port of this host is the same site to a browser, so its pages bring the cookie.
        stranger = client.get("/v1/models", headers={"Sec-Fetch-Site": "same-site"})
        assert stranger.status_code == 401
        client.delete("/session")
        assert client.get("/v1/models").status_code == 401


def test_what_is_too_large_is_refused(server: Server) -> None:
    large = "x" * 9_000_000
    told = httpx.post(
        f"{server.address}/v1/completions", json={"prompt": large}, headers=server.headers
    )
    assert told.status_code == 413

    def pieces() -> object:
        for _ in range(10):
            yield b"y" * 1_000_000

    streamed = httpx.post(
        f"{server.address}/v1/completions",
        content=pieces(),  # type: ignore[arg-type]
        headers=server.headers | {"Content-Type": "application/json"},
    )
    assert streamed.status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b'{"prompt": 3}', b"\xff\xfe", b"[" * 200_000, b'{"prompt": [1, 2]}'],
)
def test_what_is_no_request_is_the_clients_fault(server: Server, body: bytes) -> None:
    answer = httpx.post(
        f"{server.address}/v1/completions",
        content=body,
        headers=server.headers | {"Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_pages_are_confined(server: Server) -> None:
    answer = httpx.get(f"{server.address}/healthz")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


def test_garbage_on_the_wire_harms_nobody(server: Server) -> None:
    parts = urlsplit(server.address)
    assert parts.hostname
    for garbage in (b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
        with socket.create_connection((parts.hostname, parts.port), 5) as line:
            line.sendall(garbage)
            line.settimeout(5)
            assert not line.recv(4096).startswith(b"HTTP/1.1 2")
    assert httpx.get(f"{server.address}/healthz").status_code == 200


def test_a_stranger_may_send_little(server: Server) -> None:
    body = {"token": "x" * 20_000}
    answer = httpx.post(f"{server.address}/session", json=body)
    assert answer.status_code == 413
    assert "10 kB" in answer.json()["error"]["message"]
    known = httpx.post(f"{server.address}/session", json=body, headers=server.headers)
    assert known.status_code == 401


def test_a_web_socket_is_refused(server: Server) -> None:
    headers = server.headers | {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    assert httpx.get(f"{server.address}/v1/models", headers=headers).status_code == 403


def test_a_fault_is_logged_by_its_place_and_not_by_what_was_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    router = APIRouter()

    @router.post("/x")
    async def faulty(request: Request) -> None:
        asked = await request.body()
        raise RuntimeError(f"cannot read {asked.decode()}")

    app = create_app(Serving(Access(TOKEN), (), tmp_path), Doors((router,)))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with running(app) as address, caplog.at_level(logging.INFO):
        answer = httpx.post(f"{address}/x", content=b"sk-secret-1234567", headers=headers)
    assert (answer.status_code, "RuntimeError" in answer.text) == (500, True)
    assert "POST /x failed: RuntimeError at test_guard.py:" in caplog.text
    assert "secret" not in caplog.text + answer.text
