"""Completion of lines without a model: copying by analogy, sequences, ports, n-grams."""

from gatewright.retrieval.complete.completer import Completer, Suggestion
from gatewright.retrieval.complete.headers import Definitions

__all__ = ["Completer", "Definitions", "Suggestion"]
