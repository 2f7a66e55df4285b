"""The serving edge, the byte sender and the two lists of what a process loads."""
