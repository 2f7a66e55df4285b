"""Holds a cleaned set to its answer key; knows no tool that cleans."""
