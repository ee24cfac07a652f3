"""Gatewright: LLM agents write hardware and GPU kernels; a tool verifies every one."""

__version__ = "0.1.0"
