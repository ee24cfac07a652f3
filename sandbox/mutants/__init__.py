"""Wrong designs made from right ones, and what a check makes of them."""

from gatewright.sandbox.mutants.edit import Operator
from gatewright.sandbox.mutants.mutant import Mutant, mutants
from gatewright.sandbox.mutants.strength import Bench, Fate, Measure, Strength, Trial

__all__ = ["Bench", "Fate", "Measure", "Mutant", "Operator", "Strength", "Trial", "mutants"]
