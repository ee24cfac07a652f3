"""One benchmark a file."""

from gatewright.eval.suites.base import Dataset, Suite

__all__ = ["Dataset", "Suite"]
