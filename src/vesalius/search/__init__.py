"""One question, whoever asks it: rows and facet counts of the current releases."""
