"""Coder, judge, loop, oracle: how an answer comes about."""
