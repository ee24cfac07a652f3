"""Constructor arguments as users write them, `width=16`, as Scala takes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.core import UsageError

_NAME = re.compile(r"[A-Za-z_]\w*")
_VALUE = re.compile(r'-?\d+|true|false|"[^"\\\n]*"|-?\d+\.\d+')


def scala_arguments(given: Sequence[str]) -> str:
    """`["width=16", "signed=true"]` as `width = 16, signed = true`.

    A value is a number, `true`, `false`, or a text in double quotes. Raises UsageError.
    """
    return ", ".join(_argument(each) for each in given)


def _argument(text: str) -> str:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise UsageError(
            f"{text!r} is no constructor argument",
            hint='NAME=VALUE, the value a number, true, false or a "text"',
        )
    return f"{name} = {value}"
