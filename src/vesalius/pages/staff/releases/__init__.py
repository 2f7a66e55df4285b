"""Pages of those who decide what the world sees."""
