"""Go on with an instance's connections: the next port, and the expression it most likely gets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.headers import Definitions
from gatewright.retrieval.complete.opened import Kind, Opened
from gatewright.retrieval.complete.pool import Pool
from gatewright.retrieval.complete.renaming import difference, stem
from gatewright.retrieval.complete.setting import Setting

LOOKED_BACK = 8  # connections whose way of naming is followed
MOST_EXPRESSIONS = 6
_CONNECTION = re.compile(r"^\.(\w+)(\s*)\((\s*)(.*?)(\s*)\)")
_WORD = re.compile(r"[A-Za-z_]\w*")


def ports(
    setting: Setting,
    corpus: Corpus,
    without: frozenset[int],
    definitions: Definitions | None,
    pool: Pool,
) -> None:
    """Propose connections of the open instance's next ports or parameters."""
    found = setting.opened
    if found is None or found.kind not in (Kind.PORTS, Kind.PARAMETERS) or setting.last is None:
        return
    names = _names(found, setting, corpus, without, definitions)
    done = [port for port, _ in found.connected]
    left = [name for name in names if name not in done]
    following = _following(names, done, left)
    by_stem = {stem(name): name for name in setting.used}
    for rank, port in enumerate(following):
        for expression, likely in expressions(port, found, setting, by_stem):
            facts = {
                "port_rank": -float(rank),
                "port_likely": likely,
                "port_known": float(expression in setting.used),
                "port_last": float(len(left) == 1),
            }
            code, indent = written(port, expression, len(left) == 1, setting)
            pool.add(code, "port", 4 + likely - 1.5 * rank, facts, indent)


def _names(
    found: Opened,
    setting: Setting,
    corpus: Corpus,
    without: frozenset[int],
    definitions: Definitions | None,
) -> Sequence[str]:
    if definitions is not None:
        wants = definitions.ports if found.kind is Kind.PORTS else definitions.parameters
        known = wants(found.module)
        if known:
            return known
    here = next((h for h in setting.headers if h.name == found.module), None)
    header = here or corpus.header(found.module, without)
    if header is None:
        return ()
    return header.ports if found.kind is Kind.PORTS else header.parameters


def _following(names: Sequence[str], done: Sequence[str], left: Sequence[str]) -> list[str]:
    """The two ports after the one connected last, and the first that was passed over."""
    if not done or done[-1] not in names:
        return list(left[:2])
    at = list(names).index(done[-1])
    after = [name for name in names[at + 1 :] if name in left]
    return after[:2] + [name for name in left if name not in after][:1]


def expressions(
    port: str, found: Opened, setting: Setting, by_stem: dict[str, str]
) -> list[tuple[str, float]]:
    """What the port may be connected to, most likely first."""
    guesses: dict[str, float] = {}

    def guess(expression: str, likely: float) -> None:
        if expression and likely > guesses.get(expression, 0.0):
            guesses[expression] = likely

    if port in setting.used:
        guess(port, 2.5)
    for done, value in found.connected[-LOOKED_BACK:]:
        if not _WORD.fullmatch(value) or value == done:
            continue
        changed = _renamed(port, done, value)
        if changed is not None:
            guess(changed, 2.0 + (changed in setting.used))
    namesake = by_stem.get(stem(port))
    if namesake is not None:
        guess(namesake, 1.8)
    marks = {found.instance.removeprefix("u_").removesuffix("_inst"), found.module} - {""}
    for name in setting.used:
        if name != port and (name.endswith("_" + port) or name.startswith(port + "_")):
            guess(name, 1.0 + 0.5 * any(mark in name for mark in marks))
    guess(port, 0.5)
    return sorted(guesses.items(), key=lambda item: -item[1])[:MOST_EXPRESSIONS]


def _renamed(port: str, done: str, value: str) -> str | None:
    """The port's expression where another port `done` got `value`, named in the same way."""
    if value.endswith(done):
        return value[: -len(done)] + port
    if value.startswith(done):
        return port + value[len(done) :]
    one, other = difference(done, value)
    return port.replace(one, other, 1) if one and one in port else None


def written(port: str, expression: str, is_last: bool, setting: Setting) -> tuple[str, str]:
    """The connection in the way of the line before."""
    last = setting.last
    comma = "" if is_last else ","
    found = _CONNECTION.match(last.parsed.code) if last else None
    if last is None or found is None:
        step = setting.step if last is not None and last.text.endswith("(") else ""
        return f".{port}({expression}){comma}", (last.parsed.indent if last else "") + step
    name, pad, opening, inside, closing = found.groups()
    if pad:
        pad = " " * max(1 if len(pad) == 1 else 0, len(name) + len(pad) - len(port))
    if len(closing) > 1:
        closing = " " * max(1, len(inside) + len(closing) - len(expression))
    return f".{port}{pad}({opening}{expression}{closing}){comma}", last.parsed.indent
