"""Who did which deed to what: one entry per deed, written in the deed's own transaction."""
