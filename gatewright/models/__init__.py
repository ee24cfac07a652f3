"""Whatever writes text: a server, a recorded file, or nothing (the embedded default).

`gatewright.models.select` chooses and opens one from the settings.
"""

from gatewright.models.base import Completion, Message, Model, Role, Sampling
from gatewright.models.choice import ModelChoice, ModelKind
from gatewright.models.hashing import messages_sha256
from gatewright.models.reasoning import without_reasoning

__all__ = [
    "Completion",
    "Message",
    "Model",
    "ModelChoice",
    "ModelKind",
    "Role",
    "Sampling",
    "messages_sha256",
    "without_reasoning",
]
