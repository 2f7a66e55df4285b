"""Pages of what belongs to the reader: basket and account."""
