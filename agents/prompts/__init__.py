"""Prompt templates: one folder a language."""
