"""How plugins join in: specifications, contributions, discovery, dispatch."""
