"""Facts of source files: what a text defines, uses, drives and reads, with exact ranges."""

from __future__ import annotations

from gatewright.retrieval.facts.types import FileFacts

__all__ = ["extract"]


def extract(text: str, path: str) -> FileFacts:
    """The facts of one file's text, by the language that its name tells.

    Never raises on bad text: what lies before a fault is read, and `note` tells what is not.
    """
    from gatewright.retrieval.facts.verilog import verilog_facts

    return verilog_facts(text, path)
