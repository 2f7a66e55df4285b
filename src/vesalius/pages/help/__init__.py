"""Help for readers of either site: words about each page, the guides, and the statements."""
