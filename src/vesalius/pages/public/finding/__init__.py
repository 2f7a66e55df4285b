"""The search page and its answers for programs."""
