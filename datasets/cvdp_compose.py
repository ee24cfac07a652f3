"""Reads the parts of a docker-compose.yml that decide what a CVDP grader runs.

That is, of each service, `command`, `env_file` and `environment`. Images and volumes do not
matter here: the published flow replaces every volume below `/code` by the task's folders, and the
graders use the tools by their names.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from gatewright.core import GraderService

COMPOSE = "docker-compose.yml"


def read_services(files: Mapping[str, str], folder: str) -> tuple[GraderService, ...]:
    """The services of a grader's files, in order; each runs in `folder`, whatever it says itself.

    Raises ValueError where there is none, or one without a command.
    """
    import yaml

    try:
        compose = yaml.safe_load(files[COMPOSE])
    except yaml.YAMLError as fault:
        raise ValueError(f"{COMPOSE} is no YAML: {fault}") from None
    services = compose.get("services") if isinstance(compose, dict) else None
    if not isinstance(services, dict) or not services:
        raise ValueError(f"{COMPOSE} names no service")
    return tuple(_service(str(n), s or {}, files, folder) for n, s in services.items())


def _service(
    name: str, service: Mapping[str, Any], files: Mapping[str, str], folder: str
) -> GraderService:
    command = service.get("command")
    words = shlex.split(command) if isinstance(command, str) else [str(w) for w in command or ()]
    if not words:
        raise ValueError(f"the service {name} has no command")
    environment: dict[str, str] = {}
    listed = service.get("env_file") or ()
    for path in [listed] if isinstance(listed, str) else listed:
        named = str(path.get("path", "") if isinstance(path, dict) else path).removeprefix("./")
        if named in files:
            environment |= read_environment(files[named])
    given = service.get("environment") or {}
    if isinstance(given, list):
        given = dict(str(each).partition("=")[::2] for each in given)
    environment |= {str(k): "" if v is None else str(v) for k, v in given.items()}
    return GraderService(name, tuple(words), tuple(environment.items()), folder)


def read_environment(text: str) -> dict[str, str]:
    """The variables of an env file: `NAME = value`, quotes taken off, comments left out."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.lstrip().startswith("#"):
            continue
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        else:
            value = value.partition(" #")[0].strip()
        found[name.strip()] = value
    return found
