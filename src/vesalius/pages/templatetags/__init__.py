"""Template tags and filters shared by both sites."""
