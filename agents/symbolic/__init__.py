"""Structured specifications read without a model: reader, IR, emitter, oracle, normaliser."""
