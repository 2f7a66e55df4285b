"""The advanced search: a question built row by row, in groups within groups."""
