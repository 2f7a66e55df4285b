"""Pages of collections and analysis results, and of their versions."""
