"""Front the index of another archive: its series are found here, and fetched there."""
