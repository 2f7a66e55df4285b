"""What stays at the site: the journal of its runs, the maps of old and new names, and copies of its key."""
