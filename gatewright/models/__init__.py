"""Whatever writes text: a server, a recorded file, or nothing (the embedded default)."""

from gatewright.models.base import Completion, Message, Model, Role, Sampling

__all__ = ["Completion", "Message", "Model", "Role", "Sampling"]
