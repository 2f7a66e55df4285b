"""Shared lists: their pages, how they are cited and fetched, and the forms of those who own them."""
