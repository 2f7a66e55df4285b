"""A benchmark set for de-identification: planted identifiers, an answer key in MIDI-B's format, and a scorer."""
