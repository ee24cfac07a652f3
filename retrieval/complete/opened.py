"""The open list at the cursor: an instance's ports or parameters, a header, an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gatewright.retrieval.complete.headers import plain_code
from gatewright.retrieval.complete.tokens import KEYWORDS

REACH = 24_000  # characters looked back
_LAST_NAME = re.compile(r"([A-Za-z_]\w*)\s*$")
_INSTANCE = re.compile(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)?$")
_CONNECTED = re.compile(r"\.\s*([A-Za-z_]\w*)\s*(?:\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\))?")


class Kind(StrEnum):
    """What a list in parentheses is."""

    PORTS = "ports"
    PARAMETERS = "parameters"
    HEADER = "header"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open list: of the instance of which module, and what is connected in it already.

    `connected` pairs a port with its expression, '' where it has none.
    """

    kind: Kind
    module: str = ""
    instance: str = ""
    connected: tuple[tuple[str, str], ...] = ()


def opened(before: str) -> Opened | None:
    """Read backwards from the end of a text; None where no parenthesis is open."""
    code = plain_code(before[-REACH:])
    at = opening(code, len(code))
    if at is None:
        return None
    head = code[:at].rstrip()
    if head.endswith("#"):
        module = _LAST_NAME.search(head[:-1])
        kind = Kind.PARAMETERS
        if module is None or _declares(head[: module.start()]):
            return Opened(Kind.HEADER)
        return Opened(kind, module[1], "", connections_in(code[at + 1 :]))
    found = _INSTANCE.search(head)
    if found is None or found[1] in KEYWORDS:
        return Opened(Kind.HEADER) if _closes_parameters(head) else Opened(Kind.OTHER)
    before_name = head[: found.start()].rstrip()
    if _declares(before_name):
        return Opened(Kind.HEADER, found[1])
    module_name = _module_before(before_name)
    if module_name is None:
        return Opened(Kind.OTHER)
    return Opened(Kind.PORTS, module_name, found[1], connections_in(code[at + 1 :]))


def opening(code: str, end: int) -> int | None:
    """The last parenthesis before `end` that is not closed there; None beyond a statement's end."""
    depth = 0
    for at in range(end - 1, -1, -1):
        character = code[at]
        if character == ")":
            depth += 1
        elif character == "(":
            if depth == 0:
                return at
            depth -= 1
        elif character == ";" and depth == 0:
            return None
    return None


def _declares(head: str) -> bool:
    return head.split()[-1:] in (["module"], ["interface"], ["program"])


def _closes_parameters(head: str) -> bool:
    """Whether the text ends in `module name #( … )`."""
    if not head.endswith(")"):
        return False
    at = opening(head, len(head) - 1)
    if at is None or not head[:at].rstrip().endswith("#"):
        return False
    name = _LAST_NAME.search(head[:at].rstrip()[:-1])
    return name is not None and _declares(head[: name.start()])


def _module_before(head: str) -> str | None:
    """The module of an instance whose name follows: `fifo` of `fifo` or of `fifo #(.W(8))`."""
    if head.endswith(")"):
        at = opening(head, len(head) - 1)
        if at is None or not head[:at].rstrip().endswith("#"):
            return None
        head = head[:at].rstrip()[:-1]
    found = _LAST_NAME.search(head)
    return found[1] if found and found[1] not in KEYWORDS else None


def connections_in(inside: str) -> tuple[tuple[str, str], ...]:
    """The named connections of a list: ports, and their expressions as they stand."""
    return tuple((port, value.strip()) for port, value in _CONNECTED.findall(inside))
