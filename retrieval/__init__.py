"""What a repository of hardware says: facts, graph, search, cones, completion."""
