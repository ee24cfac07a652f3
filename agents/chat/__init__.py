"""Conversations: what is said, which tools run, what a person has to approve."""
