"""Structured specifications read without a model: reader, IR, emitter, oracle, normaliser."""

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.emit import emit
from gatewright.agents.symbolic.ir import Notation, Strength
from gatewright.agents.symbolic.normalise import normalise
from gatewright.agents.symbolic.oracle import oracle_testbench
from gatewright.agents.symbolic.reading import Reading, read
from gatewright.agents.symbolic.structure import Structure

__all__ = [
    "Abstain",
    "Notation",
    "Reading",
    "Strength",
    "Structure",
    "emit",
    "normalise",
    "oracle_testbench",
    "read",
]
