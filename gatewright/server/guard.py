"""Stands before the application: turns away what may not ask, and says how pages are confined."""

from __future__ import annotations

import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.server.access import Access
from gatewright.server.failing import log_fault

MOST_BYTES = 8_000_000  # of a request
_MOST_OF_STRANGERS = 10_000  # of one without the token: it is read before anything is known of it
# What anybody may read: whether we are well, and a page that knows nothing without the token.
_OPEN = frozenset({"/", "/healthz", "/health", "/session", "/favicon.ico"})
_OPEN_FOLDER = "/static/"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types gatewright-svg"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
}


class TooLarge(HTTPException):
    """A request went on past the limit while it was read."""

    def __init__(self, most: int) -> None:
        super().__init__(413, _too_large(most))


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    what: str
    kind: str = "invalid_request_error"


class Guard:
    """Checks host, origin, token and size of each request before anything of it is used.

    `cookie` is the name of the page's cookie: names are shared by all ports of a host.
    """

    def __init__(self, app: ASGIApp, access: Access, cookie: str, most: int = MOST_BYTES) -> None:
        self._app = app
        self._access = access
        self._cookie = cookie
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})  # answered with status 403
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(refusal, _with_headers(send))
            return
        most = self._most if self._is_known(headers) else min(self._most, _MOST_OF_STRANGERS)
        try:
            await self._app(scope, _measured(receive, most), _with_headers(send))
        except Exception as error:  # it is answered; whoever serves us would log all that it says
            log_fault(scope["method"], scope["path"], error)

    def _refusal(self, scope: Scope, headers: Headers) -> _Refusal | None:
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._access.knows_host(host):
            return _Refusal(421, "this server is not called that: use 127.0.0.1 or localhost")
        origin = headers.get("origin")
        if origin is not None and not self._access.allows_origin(origin, host):
            return _Refusal(403, "pages of other origins may not ask this server")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._most:
            return _Refusal(413, _too_large(self._most))
        path = scope["path"]
        if path in _OPEN or path.startswith(_OPEN_FOLDER) or self._is_known(headers):
            return None
        return _Refusal(
            401,
            "the token is missing or wrong: send it as `Authorization: Bearer TOKEN` (an API key, "
            "for most clients)",
            "authentication_error",
        )

    def _is_known(self, headers: Headers) -> bool:
        given = headers.get("authorization")
        if given is not None:
            return self._access.is_bearer(given)
        # A page of another port of this host is of the same site, so its requests bring the cookie.
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return self._access.is_token(cookie_in(headers, self._cookie))


def _too_large(most: int) -> str:
    size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1000} kB"
    return f"the request is larger than {size}"


def cookie_in(headers: Headers, name: str) -> str:
    """A cookie's value; '' where there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _measured(receive: Receive, most: int) -> Receive:
    seen = 0

    async def next_message() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLarge(most)
        return message

    return next_message


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


async def _refuse(refusal: _Refusal, send: Send) -> None:
    body = json.dumps({"error": {"message": refusal.what, "type": refusal.kind}}).encode()
    head: Iterable[tuple[bytes, bytes]] = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if refusal.status == 401:
        head = [*head, (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": head})
    await send({"type": "http.response.body", "body": body})
