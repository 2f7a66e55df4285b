"""Publish, withdraw, purge: what the world sees of a holding, version by version."""
