"""Prompt templates: one folder a language, `shared` for what all languages have in common.

Rendered strictly: a template that names a value nobody gave is an error, never an empty place.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANK_LINES = re.compile(r"\n{3,}")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("gatewright.agents.prompts", "."),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """A template such as `verilog/first.md` filled with values.

    Raises jinja2.UndefinedError where the template needs a value that is not given.
    """
    text = _environment().get_template(template).render(**values)
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"
