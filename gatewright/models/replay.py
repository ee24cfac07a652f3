"""Recorded answers: a JSONL file that stands in for a model, and the recorder that writes one.

A row is `{"response": text}` with, optionally, `"messages_sha256"` (which prompt it answers),
`"sample"` (which draw), `"truncated"`, `"prompt_tokens"`, `"completion_tokens"`; other keys, such
as `"task"` and `"model"`, are for people. Either every row names its prompt or none does.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import DataError, ModelError, Usage
from gatewright.models.base import Completion, Message, Model, Sampling
from gatewright.models.hashing import messages_sha256

__all__ = ["RecordingModel", "ReplayModel"]


@dataclass(frozen=True, slots=True)
class _Key:
    """Which request a row answers; None = any."""

    prompt: str | None
    sample: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    key: _Key
    completion: Completion


class ReplayModel:
    """Answers from a file. Thread-safe.

    Rows that name a prompt answer that prompt: first those recorded for the sample asked for,
    then those for any sample, each once, in the file's order. Rows that name none answer whatever
    is asked, one after another (so with one job at a time).
    """

    def __init__(self, path: Path) -> None:
        """Raises DataError, with the line's number, for a file that holds anything else."""
        self._path = path
        self._lock = threading.Lock()
        self._rows: dict[_Key, deque[Completion]] = {}
        self._has_prompts = False
        for row in _rows(path):
            self._has_prompts = row.key.prompt is not None
            key = row.key if self._has_prompts else _Key(None, None)
            self._rows.setdefault(key, deque()).append(row.completion)

    @property
    def name(self) -> str:
        """`replay:FILE`."""
        return f"replay:{self._path}"

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """The next recorded answer. Raises ModelError where none is left."""
        answer = self._next(messages, sampling)
        if on_text is not None:
            on_text(answer.text)
        return answer

    def _next(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        prompt = messages_sha256(messages) if self._has_prompts else None
        with self._lock:
            for sample in (sampling.sample, None):
                waiting = self._rows.get(_Key(prompt, sample))
                if waiting:
                    return waiting.popleft()
        what = f"prompt {prompt[:12]}, sample {sampling.sample}" if prompt else "another prompt"
        raise ModelError(
            f"no recorded answer is left for {what}",
            where=str(self._path),
            hint="the prompt has changed since the recording, or is asked more often than then",
        )


class RecordingModel:
    """Passes every question on, and appends every answer to a replay file. Thread-safe."""

    def __init__(self, model: Model, path: Path) -> None:
        """Raises DataError where the file cannot be written."""
        self._model = model
        self._path = path
        self._lock = threading.Lock()
        self._append("")

    @property
    def name(self) -> str:
        """The name of the model that is recorded."""
        return self._model.name

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """Answer and record. Raises ModelError, or DataError where the file cannot be written."""
        answer = self._model.complete(messages, sampling, on_text)
        row = {
            "messages_sha256": messages_sha256(messages),
            "sample": sampling.sample,
            "model": self.name,
            "response": answer.text,
            "truncated": answer.truncated,
            "prompt_tokens": answer.usage.prompt_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        }
        self._append(json.dumps(row) + "\n")
        return answer

    def _append(self, line: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, self._path.open("ab+") as file:
                file.write(_line_end(file.tell(), self._path) + line.encode())
        except OSError as error:
            raise DataError(
                f"cannot write the recording: {error.strerror}", where=str(self._path)
            ) from error


def _line_end(size: int, path: Path) -> bytes:
    """A newline where the last line was left unfinished, so that only that one is lost."""
    if size == 0:
        return b""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return b"" if file.read(1) == b"\n" else b"\n"


def _rows(path: Path) -> list[_Row]:
    rows = [_row(text, f"{path}:{number}") for number, text in _lines(path)]
    if not rows:
        raise DataError("holds no recorded answers", where=str(path))
    named = {row.key.prompt is not None for row in rows}
    if len(named) > 1:
        raise DataError(
            "some rows have messages_sha256 and some have not",
            where=str(path),
            hint="which row answers what would be a guess: split the file",
        )
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"cannot read the recorded answers: {error.strerror}",
            where=str(path),
            hint="replay:FILE wants a JSONL file",
        ) from error
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DataError("not UTF-8 text", where=f"{path}:{number}") from error


def _row(text: str, place: str) -> _Row:
    try:
        row = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        hint = "an unfinished last line may simply be deleted"
        raise DataError(f"not a line of JSON: {error}", where=place, hint=hint) from error
    if not isinstance(row, dict):
        raise DataError("not a JSON object", where=place)
    usage = Usage(
        _count(row, "prompt_tokens", place) or 0,
        _count(row, "completion_tokens", place) or 0,
        cached_calls=1,
    )
    completion = Completion(
        _text(row, "response", place), usage, row.get("truncated") is True, cached=True
    )
    prompt = _text(row, "messages_sha256", place) if "messages_sha256" in row else None
    return _Row(_Key(prompt, _count(row, "sample", place)), completion)


def _text(row: dict[str, object], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise DataError(f"{key!r} must be a text", where=place)
    return value


def _count(row: dict[str, object], key: str, place: str) -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise DataError(f"{key!r} must be a number from 0", where=place)
    return value
