"""Scores models and agents on benchmarks."""
