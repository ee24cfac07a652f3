"""Descriptions in words: a closed grammar of digital design's standard sentences."""
