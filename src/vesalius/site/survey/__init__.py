"""What stands in the headers of a folder: every attribute and value with counts, and how much each may tell."""
