"""All connections that the open instance lacks, by the definition of its module."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.retrieval.complete.headers import plain_code
from gatewright.retrieval.complete.known import Known, Member
from gatewright.retrieval.complete.opened import REACH, Kind, Opened, connections_in, opening
from gatewright.retrieval.complete.ports import expressions, written
from gatewright.retrieval.complete.renaming import stem
from gatewright.retrieval.complete.setting import Setting

_WILDCARD = re.compile(r"\.\s*\*")
_MORE = re.compile(r"\s*\.\s*\w")


@dataclass(frozen=True, slots=True)
class Connection:
    """A port or parameter that is not connected yet, and what it may be connected to.

    `known` = the expression is declared in the file, or is a parameter's own default; else it is
    a name that is used there, or only the port's own. `line` is the connection as it is written.
    """

    member: Member
    expression: str
    known: bool
    line: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The open instance, and what it lacks, in order of declaration; or, in `why`, why none."""

    module: str = ""
    instance: str = ""
    kind: Kind = Kind.OTHER
    connections: tuple[Connection, ...] = ()
    why: str = ""


def missing(setting: Setting, known: Known, after: str = "") -> Missing:
    """What the instance that is open at the cursor lacks. `after` is the text below the cursor."""
    found = setting.opened
    if found is None or found.kind not in (Kind.PORTS, Kind.PARAMETERS):
        return Missing(why="no list of ports or parameters of an instance is open there")
    told = (found.module, found.instance, found.kind)
    members = known.members(found.module, found.kind)
    if members is None:
        return Missing(*told, why=f"the repository does not define {found.module}")
    inside = _inside(setting)
    if _WILDCARD.search(inside):
        return Missing(*told, why="the instance connects the rest by .*")
    if inside.strip(" \n\t,") and not found.connected:
        return Missing(*told, why="the instance connects by position")
    below = _rest(after)
    done = {port for port, _ in (*found.connected, *connections_in(below))}
    left = [member for member in members if member.name not in done]
    more = bool(_MORE.match(below))
    return Missing(*told, _connections(left, found, setting, more))


def _inside(setting: Setting) -> str:
    """What stands in the open list, without comments."""
    code = plain_code(setting.before[-REACH:])
    at = opening(code, len(code))
    return "" if at is None else code[at + 1 :]


def _rest(after: str) -> str:
    """What stands of the open list below the cursor, without comments."""
    code = plain_code(after[:REACH])
    depth = 0
    for at, character in enumerate(code):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return code[:at]
        if character == ";":
            break
    return ""  # it is never closed: what is there belongs to something else


def _connections(
    left: list[Member], found: Opened, setting: Setting, more: bool
) -> tuple[Connection, ...]:
    by_stem = {stem(name): name for name in setting.used}
    last = setting.last
    lacks_comma = bool(found.connected) and last is not None and not last.text.endswith(",")
    made: list[Connection] = []
    for number, member in enumerate(left):
        expression, known = _expression(member, found, setting, by_stem)
        is_last = number == len(left) - 1 and not more
        code, indent = written(member.name, expression, is_last, setting)
        if number == 0 and lacks_comma:
            code = f", {code}"
        made.append(Connection(member, expression, known, indent + code))
    return tuple(made)


def _expression(
    member: Member, found: Opened, setting: Setting, by_stem: dict[str, str]
) -> tuple[str, bool]:
    guesses = [name for name, _ in expressions(member.name, found, setting, by_stem)]
    own = set(setting.declared).union(*(header.ports for header in setting.headers[-1:]))
    for names in (own, setting.used):
        best = next((guess for guess in guesses if guess in names), None)
        if best is not None:
            return best, names is own
    if found.kind is Kind.PARAMETERS and member.value:
        return member.value, True
    return member.name, False
