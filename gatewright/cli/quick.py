"""The verbs that answer at once, run without typer where the command line is a plain one.

Whatever is not plain (help, a mistake, `--name=value`, a repeated option) is left to typer, which
has the same declarations and the words for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from gatewright.cli.declared import NOTHING, Argument, Option, Parameter, parameters

# The module, and what in it is the verb.
VERBS = {
    "search": "search:search",
    "show": "show:show",
    "drivers": "signals:drivers",
    "loads": "signals:loads",
    "cone": "signals:cone",
    "context": "context:context",
}


class _NotPlain(Exception):
    """Typer is to read the command line."""


def run(words: Sequence[str]) -> bool:
    """Run the verb of a plain command line. False, and nothing done, where it is none."""
    if not words or words[0] not in VERBS:
        return False
    module, _, name = VERBS[words[0]].partition(":")
    verb: Callable[..., Any] = getattr(import_module(f"gatewright.cli.{module}"), name)
    given = read(parameters(verb), words[1:])
    if given is None:
        return False
    _remark()
    verb(**given)
    return True


def _remark() -> None:
    """As before every verb: a word about variables that nothing reads."""
    from gatewright.cli.variables import unknown_variables

    odd = unknown_variables(os.environ)
    if odd:
        from gatewright.cli.console import say

        say(f"gatewright: {odd}")


def read(known: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any] | None:
    """The parameters that the words of a plain command line give; None where it is none."""
    try:
        return _read(known, words)
    except _NotPlain:
        return None


def _read(known: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any]:
    options = {name: p for p in known if isinstance(p.declared, Option) for name in _names(p)}
    arguments = [p for p in known if isinstance(p.declared, Argument)]
    given: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            if not arguments:
                raise _NotPlain
            parameter = arguments.pop(0)
            given[parameter.name] = _value(parameter, word)
            continue
        if word not in options or options[word].name in given:
            raise _NotPlain
        parameter = options[word]
        is_flag = parameter.type is bool
        given[parameter.name] = True if is_flag else _value(parameter, next(rest, ""))
    missing = [p for p in known if p.name not in given]
    if any(p.default is NOTHING for p in missing):
        raise _NotPlain
    return {**{p.name: p.default for p in missing}, **given}


def _names(parameter: Parameter) -> tuple[str, ...]:
    assert isinstance(parameter.declared, Option)
    return parameter.declared.names or (f"--{parameter.name.replace('_', '-')}",)


def _value(parameter: Parameter, word: str) -> object:
    if not word or word.startswith("-"):
        raise _NotPlain
    if parameter.type is int:
        return _number(parameter.declared, word)
    if parameter.type is Path:
        return Path(word)
    if parameter.type == list[str] | None:
        return [word]
    if parameter.type in (str, str | None):
        return word
    raise _NotPlain


def _number(declared: Argument | Option | None, word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 10):
        raise _NotPlain
    number = int(word)
    if isinstance(declared, Option):
        if declared.least is not None and number < declared.least:
            raise _NotPlain
        if declared.most is not None and number > declared.most:
            raise _NotPlain
    return number
