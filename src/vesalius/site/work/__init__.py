"""What child processes do for a run, and how they are held to it."""
