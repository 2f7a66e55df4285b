"""What a run does one after the other, each over all patients; between two of them nothing is in the air."""
