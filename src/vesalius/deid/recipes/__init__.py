"""Recipes: what a holding decides, and the file in which people read and write it."""
