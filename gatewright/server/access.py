"""Who may ask: the token, and the names and origins that a request may carry.

A browser can be made to send requests to loopback by any page it shows. Three things stand against
that: a token that such a page does not know; the `Host` header, which keeps the stranger's name
where his DNS entry points to us (rebinding); and the `Origin` header, which a browser adds itself.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from gatewright.core import UsageError

SHORTEST_TOKEN = 16  # characters of a token that the user chooses
_LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(32)


def checked_token(token: str) -> str:
    """A token of the user's. Raises UsageError for one that could be guessed or not be sent."""
    if len(token) < SHORTEST_TOKEN:
        raise UsageError(
            f"a token has {SHORTEST_TOKEN} characters or more", where="--token", hint="leave it out"
        )
    if not token.isascii() or not token.isprintable() or any(c in token for c in ' ;,"\\'):
        raise UsageError("holds characters that no header may hold", where="--token")
    return token


def is_loopback(host: str) -> bool:
    """Whether a name or address stands for this machine alone."""
    if host.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Access:
    """What a request must show. `host` is what the server listens on, as the user named it."""

    token: str
    host: str = "127.0.0.1"

    def is_token(self, given: str) -> bool:
        """Whether this is the token; takes as long for a wrong one as for the right one."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    def is_bearer(self, authorization: str) -> bool:
        """Whether an `Authorization` header holds the token."""
        scheme, _, given = authorization.partition(" ")
        return scheme.lower() == "bearer" and self.is_token(given.strip())

    def knows_host(self, header: str) -> bool:
        """Whether a `Host` header names this server.

        On loopback only loopback's own names do. Elsewhere an address does, too: what a stranger
        can point at us is a name.
        """
        name = _name_in(header)
        if name is None:
            return False
        if is_loopback(name) or name == self.host.lower():
            return True
        return not is_loopback(self.host) and _is_address(name)

    def allows_origin(self, origin: str, host_header: str) -> bool:
        """Whether a page of this origin may ask: only one that this server gave out."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.netloc.lower() == host_header.lower()


def _name_in(header: str) -> str | None:
    """The name or address in `NAME`, `NAME:PORT` or `[ADDRESS]:PORT`; None for other texts."""
    try:
        parts = urlsplit(f"//{header}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return name.lower() if name and parts.netloc == header and "@" not in header else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
