"""A sentence encoder such as MiniLM, run by onnxruntime from a folder that the user names.

The folder is as the model's publishers lay it out: `tokenizer.json`, `model.onnx` (or
`onnx/model.onnx`), and `1_Pooling/config.json` where it does not average. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatewright.core import DataError, UsageError
from gatewright.retrieval.embedding import Vectors, normalised

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

_MODELS = ("model.onnx", "onnx/model.onnx")
_MOST_TOKENS = 256  # what MiniLM was trained for
_AT_ONCE = 16
_HINT = (
    "get it once with: hf download sentence-transformers/all-MiniLM-L6-v2 "
    "onnx/model.onnx tokenizer.json 1_Pooling/config.json --local-dir FOLDER; "
    "then --embedding minilm:FOLDER"
)


class OnnxEmbedding:
    """An encoder in a folder. Raises UsageError, DataError where it cannot be used."""

    least = 0.0

    def __init__(self, folder: Path) -> None:
        self._model = _file(folder, *_MODELS)
        tokens = _file(folder, "tokenizer.json")
        self._first_token = _takes_first_token(folder)
        digest = hashlib.blake2b(digest_size=8)
        for file in (self._model, tokens):
            digest.update(file.read_bytes())
        self._name = f"minilm-{digest.hexdigest()}-1"
        self._tokenizer = _tokenizer(tokens)
        self._session = _session(self._model)
        self._inputs = tuple(given.name for given in self._session.get_inputs())

    @property
    def name(self) -> str:
        """The files' contents: another model's vectors are no use."""
        return self._name

    @property
    def batch(self) -> int:
        """So many that those of like length go together."""
        return 8 * _AT_ONCE

    def documents(self, texts: Sequence[str]) -> Vectors:
        """A row for every text, as far as the model reads it."""
        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        rows = [
            self._run([encoded[i] for i in order[start : start + _AT_ONCE]])
            for start in range(0, len(order), _AT_ONCE)
        ]
        if not rows:
            return np.zeros((0, 1), np.float32)
        found = np.concatenate(rows)
        back = np.empty_like(found)
        back[order] = found
        return normalised(back)

    def question(self, text: str) -> Vectors:
        """The text's vector; all 0 for white space."""
        rows = self.documents([text])
        vector: Vectors = rows[0] if text.strip() else np.zeros_like(rows[0])
        return vector

    def _run(self, encoded: Sequence[Encoding]) -> Vectors:
        longest = max(len(one.ids) for one in encoded)
        ids = np.zeros((len(encoded), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(encoded):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            outputs = self._session.run(None, {name: given[name] for name in self._inputs})
        except Exception as error:  # onnxruntime's own kinds, which share no base
            raise DataError(
                f"is no sentence encoder: {error}", where=str(self._model), hint=_HINT
            ) from error
        return self._pooled(np.asarray(outputs[0], np.float32), mask)

    def _pooled(self, output: Vectors, mask: NDArray[np.int64]) -> Vectors:
        if output.ndim == 2:  # the model pools by itself
            return output
        if output.ndim != 3:
            raise DataError(
                "its first output is no sequence of vectors", where=str(self._model), hint=_HINT
            )
        if self._first_token:
            first: Vectors = output[:, 0]
            return first
        weight = mask[..., None].astype(np.float32)
        mean: Vectors = (output * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
        return mean


def _file(folder: Path, *names: str) -> Path:
    if not folder.is_dir():
        raise UsageError("no such folder with a model", where=str(folder), hint=_HINT)
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise UsageError(f"the folder holds no {names[0]}", where=str(folder), hint=_HINT)
    return found


def _takes_first_token(folder: Path) -> bool:
    """Whether a text's vector is that of its first token instead of the mean."""
    path = folder / "1_Pooling" / "config.json"
    if not path.is_file():
        return False
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), hint=_HINT) from error
    return isinstance(read, dict) and bool(read.get("pooling_mode_cls_token"))


def _tokenizer(path: Path) -> Tokenizer:
    _needed("tokenizers")
    from tokenizers import Tokenizer

    try:
        found = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises nothing more exact
        raise DataError(f"is no tokenizer: {error}", where=str(path), hint=_HINT) from error
    found.enable_truncation(_MOST_TOKENS)
    found.no_padding()
    return found


def _session(path: Path) -> InferenceSession:
    _needed("onnxruntime")
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    try:
        return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds, which share no base
        raise DataError(f"is no ONNX model: {error}", where=str(path), hint=_HINT) from error


def _needed(package: str) -> None:
    if find_spec(package) is None:
        raise UsageError(
            f"needs the package {package}", where="minilm", hint="pip install 'gatewright[minilm]'"
        )
