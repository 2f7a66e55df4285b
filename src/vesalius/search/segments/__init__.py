"""The files of the columns: a base, and a small segment for each change since; any process brings them up."""
