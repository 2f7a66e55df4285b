"""The header of an image, and two of them held against each other."""
