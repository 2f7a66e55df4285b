"""Durable work: a table on each side, a dispatcher per side, and hands that know neither."""
