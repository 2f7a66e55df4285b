"""The cleaned folder: what its files are called, and how they come to stand there whole."""
