"""What a check is: harnesses that turn tools' findings into a Verdict."""

from gatewright.sandbox.harness.base import Harness

__all__ = ["Harness"]
