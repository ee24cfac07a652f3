"""The gate between a model's text and the simulator: what is checked is what is compiled."""

from gatewright.sandbox.integrity.delays import has_delays
from gatewright.sandbox.integrity.gate import check
from gatewright.sandbox.integrity.layout import Layout, Place, lay_out
from gatewright.sandbox.integrity.leftout import LeftOut, leave_out
from gatewright.sandbox.integrity.lexer import Kind, Token, tokenize
from gatewright.sandbox.integrity.policy import GatePolicy
from gatewright.sandbox.integrity.preprocess import Preprocessed, preprocess
from gatewright.sandbox.integrity.structure import Definition, definitions, needed, tops

__all__ = [
    "Definition",
    "GatePolicy",
    "Kind",
    "Layout",
    "LeftOut",
    "Place",
    "Preprocessed",
    "Token",
    "check",
    "definitions",
    "has_delays",
    "lay_out",
    "leave_out",
    "needed",
    "preprocess",
    "tokenize",
    "tops",
]
