"""Hashes that tell one request from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from gatewright.models.base import Message, Sampling


def messages_sha256(messages: Sequence[Message]) -> str:
    """Hash of the conversation alone: what replay files and trajectories name a prompt by."""
    return _digest([[str(message.role), message.text] for message in messages])


def request_sha256(model: str, messages: Sequence[Message], sampling: Sampling) -> str:
    """Hash of everything that decides an answer, the sample index included."""
    drawn = [
        float(sampling.temperature),
        sampling.top_p,
        sampling.max_tokens,
        sampling.seed,
        sampling.sample,
    ]
    return _digest(["request", model, messages_sha256(messages), drawn])


def _digest(value: object) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
