"""Where text stands in pixels, what it says, and whether it must go."""
