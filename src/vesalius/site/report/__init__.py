"""What a run tells the site: one page that needs nothing else, and the same as JSON."""
