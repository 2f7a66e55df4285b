"""Questions that are kept: saved under a name, remembered for a while, and what is new in their answers."""
