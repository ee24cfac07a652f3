"""Looking for a server that has a model: short, and an absent one is no error."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from gatewright.core import UsageError
from gatewright.core.config import web_address

OLLAMA_ADDRESS = "127.0.0.1:11434"
_PROBE_S = 0.3
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def is_loopback(url: str) -> bool:
    """The address is this machine's own."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def ollama_url(environ: Mapping[str, str]) -> str:
    """The address of the local Ollama, as OLLAMA_HOST gives it, without a path.

    Raises UsageError where OLLAMA_HOST is no address.
    """
    host = environ.get("OLLAMA_HOST", "").strip() or OLLAMA_ADDRESS
    parts = urlsplit(variable_address("OLLAMA_HOST", host if "://" in host else f"http://{host}"))
    name = parts.hostname or ""
    # A server told to listen everywhere is reached on the loopback address.
    name = "127.0.0.1" if name in ("0.0.0.0", "::") else name
    name = f"[{name}]" if ":" in name else name
    default = 443 if parts.scheme == "https" else 11434
    return f"{parts.scheme}://{name}:{parts.port or default}"


def variable_address(variable: str, text: str) -> str:
    """The address an environment variable holds. Raises UsageError that names the variable."""
    try:
        return web_address(text)
    except ValueError as error:
        raise UsageError(f"bad address {text!r}: {error}", where=variable) from None


def ollama_models(environ: Mapping[str, str], seconds: float = _PROBE_S) -> tuple[str, ...]:
    """Names of the chat models a local Ollama has, those for code first; () = none answers."""
    listing = get_json(f"{ollama_url(environ)}/api/tags", seconds)
    names = [n for n in _names(listing, "models", "name") if "embed" not in n.lower()]
    return tuple(sorted(names, key=lambda n: "code" not in n.lower()))


def served_models(base_url: str, key: str = "", seconds: float = 5.0) -> tuple[str, ...]:
    """Names of the models an OpenAI-compatible server offers; () = it does not answer that."""
    return tuple(_names(get_json(f"{base_url}/models", seconds, key), "data", "id"))


def get_json(url: str, seconds: float, key: str = "") -> object:
    """The JSON document at `url`, or None if it is not there within `seconds`, all in all."""
    found: list[object] = []
    # A thread, because neither name look-up nor a trickling server heeds a socket's timeout.
    worker = threading.Thread(target=_fetch, args=(url, seconds, key, found), daemon=True)
    worker.start()
    worker.join(seconds)
    return found[0] if found else None


def _fetch(url: str, seconds: float, key: str, found: list[object]) -> None:
    from http.client import HTTPException
    from urllib.request import ProxyHandler, Request, build_opener

    request = Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    opener = build_opener(ProxyHandler({})) if is_loopback(url) else build_opener()
    try:
        with opener.open(request, timeout=seconds) as reply:
            found.append(json.loads(reply.read(1 << 20)))
    except (OSError, ValueError, HTTPException):
        return


def _names(listing: object, key: str, field: str) -> list[str]:
    rows = listing.get(key) if isinstance(listing, dict) else None
    if not isinstance(rows, list):
        return []
    named = (row.get(field) for row in rows if isinstance(row, dict))
    return [name for name in named if isinstance(name, str) and name]
