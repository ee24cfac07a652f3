"""Checking GPU kernels: the gate, the warm torch process, variants of a problem, comparison."""
