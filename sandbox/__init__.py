"""Where anything external runs: confined processes, the tools, and what a check is."""
