"""What a model should see of a design: the cone of a failing output."""

from gatewright.retrieval.cone import ConeLine, ConeSignals, cone, cone_signals

__all__ = ["ConeLine", "ConeSignals", "cone", "cone_signals"]
