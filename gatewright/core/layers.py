"""The layers that settings come from: files, environment, flags; read, not yet judged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gatewright.core.errors import UsageError

FILE_NAME = "gatewright.toml"
_PREFIX = "GATEWRIGHT_"
_FOLDER = "minilm:"  # an embedding whose name goes on with a folder


class LayerKind(StrEnum):
    """Who set a value, the weakest first."""

    DEFAULT = "default"
    USER = "user file"
    PROJECT = "project file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Layer:
    """Raw values of one layer, and where a reader of an error message finds them."""

    kind: LayerKind
    values: Mapping[str, object]
    file: str = ""

    def place(self, key: str) -> str:
        """The file, variable or flag that holds `key`."""
        if self.kind is LayerKind.ENVIRONMENT:
            return f"{_PREFIX}{key.upper()}"
        if self.kind is LayerKind.FLAG:
            return f"--{key.replace('_', '-')}"
        return self.file


def collect(
    overrides: Mapping[str, object],
    environ: Mapping[str, str],
    cwd: Path,
    user_dir: Path | None,
    keys: Iterable[str],
) -> list[Layer]:
    """Every layer that exists, the weakest first. Raises UsageError for an unreadable file."""
    layers = []
    user_file = _user_folder(user_dir) / FILE_NAME
    if user_file.exists():
        layers.append(_file_layer(LayerKind.USER, user_file))
    project_file = nearest(cwd)
    if project_file is not None and project_file != user_file.resolve():
        layers.append(_file_layer(LayerKind.PROJECT, project_file))
    layers.append(_environment_layer(environ, keys))
    given = {key: value for key, value in overrides.items() if value is not None}
    layers.append(Layer(LayerKind.FLAG, given))
    return layers


def nearest(folder: Path) -> Path | None:
    """The `gatewright.toml` of the folder or of its nearest parent that has one."""
    start = folder.resolve()
    return next((f / FILE_NAME for f in (start, *start.parents) if (f / FILE_NAME).exists()), None)


def _user_folder(given: Path | None) -> Path:
    if given is not None:
        return given
    from platformdirs import user_config_path

    return user_config_path("gatewright", appauthor=False)


def _file_layer(kind: LayerKind, path: Path) -> Layer:
    import tomllib

    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"not UTF-8 text (byte {error.start})", where=str(path), hint="save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"not TOML: {error}", where=str(path), hint="write lines such as: model = 'auto'"
        ) from error
    # A path in a file means: beside that file, wherever the command is started from.
    for key in ("cache_dir", "record"):
        if isinstance(value := values.get(key), str):
            values[key] = path.parent / Path(value).expanduser()
    if isinstance(value := values.get("embedding"), str) and value.startswith(_FOLDER):
        folder = path.parent / Path(value.removeprefix(_FOLDER)).expanduser()
        values["embedding"] = f"{_FOLDER}{folder}"
    return Layer(kind, values, str(path))


def _environment_layer(environ: Mapping[str, str], keys: Iterable[str]) -> Layer:
    values: dict[str, object] = {}
    for key in keys:
        raw = environ.get(f"{_PREFIX}{key.upper()}", "")
        if raw.strip():
            values[key] = _table(key, raw) if key == "prices" else raw.strip()
    return Layer(LayerKind.ENVIRONMENT, values)


def _table(key: str, raw: str) -> object:
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"not JSON: {error.msg} at character {error.pos}",
            where=f"{_PREFIX}{key.upper()}",
            hint='write {"openai:gpt-5": {"prompt": 1.25, "completion": 10}}',
        ) from error
