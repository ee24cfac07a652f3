"""Facts of source files: what a text defines, uses, drives and reads, with exact ranges."""

from __future__ import annotations

from gatewright.retrieval.facts.types import FileFacts

__all__ = ["extract"]


def extract(text: str, path: str) -> FileFacts:
    """The facts of one file's text, by the language that its name tells.

    Never raises on bad text: what lies before a fault is read, and `note` tells what is not.
    """
    suffix = path[path.rfind(".") :].lower()
    if suffix == ".scala":
        from gatewright.retrieval.facts.scala import scala_facts

        return scala_facts(text, path)
    if suffix in (".cu", ".cuh"):
        from gatewright.retrieval.facts.cuda import cuda_facts

        return cuda_facts(text, path)
    from gatewright.retrieval.facts.verilog import verilog_facts

    return verilog_facts(text, path)
