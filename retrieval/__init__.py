"""What a model should see of a design: the cone of a failing output."""

from gatewright.retrieval.cone import ConeLine, cone

__all__ = ["ConeLine", "cone"]
