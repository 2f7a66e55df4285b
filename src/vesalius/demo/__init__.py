"""Demonstration collections: synthetic images made as a hospital would send them."""
