"""The command line."""

from gatewright.cli.app import main

__all__ = ["main"]
