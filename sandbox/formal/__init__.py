"""Decides by proof, not by simulation, whether two designs behave alike.

Runs inside the warm Yosys process (see `sandbox.tools.yosys`), never in Gatewright's own.
"""
