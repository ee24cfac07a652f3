"""All that a reading may hold."""

from __future__ import annotations

from gatewright.agents.symbolic.circuit import Circuit
from gatewright.agents.symbolic.ir import Automaton, Equations, Machine, Table, Trace

Structure = Table | Equations | Machine | Automaton | Trace | Circuit
