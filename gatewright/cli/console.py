"""What is printed where: results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from gatewright.cli.terminal import escaped, shown

if TYPE_CHECKING:
    from rich.console import Console

    from gatewright.core import Verdict


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    text = json.dumps(document, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write(escaped(text) + "\n")


def say(text: str) -> None:
    """A remark on stderr."""
    print(shown(text), file=sys.stderr)


def stdout_console() -> Console:
    """A rich console on stdout; honours NO_COLOR, plain where stdout is no terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr_console() -> Console:
    """A rich console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def verdict_text(verdict: Verdict, unit: str = "") -> str:
    """A Verdict for a reader; see `gatewright.sandbox.harness.told`."""
    from gatewright.sandbox.harness.told import told

    return shown(told(verdict, unit))
