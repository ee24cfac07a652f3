"""The workbench as a server of the Model Context Protocol: for agents that others wrote."""
