"""Pages of those who look at what came in."""
