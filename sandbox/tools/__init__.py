"""One external tool a file: its command lines, its versions, and what its output means."""
